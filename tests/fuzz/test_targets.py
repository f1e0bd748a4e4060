"""Each fuzzing target keeps its promise on the bytes it starts from, and on what was once found."""

from __future__ import annotations

import pytest

from tests.fuzz.targets import TARGETS

#: Target -> bytes that once broke its promise, at their smallest, and what was wrong.
FOUND = [
    ("addresses", "a@b\u200b.example".encode(), "an address with a character nobody can see"),
    ("addresses", "ap@customer.example\u202e".encode(), "an address that turns the line round"),
]
SEEDS = [(name, seed) for name, (_, seeds) in TARGETS.items() for seed in seeds]
#: Of every kind: nothing, a NUL, what is no UTF-8, a surrogate, many brackets, an endless number.
ROUGH = (
    *(b"", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 3_000, b"9" * 5_000, b"{" * 3_000),
    *(
        b"\r" * 50,
        b'"',
        b"\x1a",
        b"\xef\xbb\xbf",
        b"a = " + b"[" * 3_000,
        b"a = " + b"9" * 5_000,
        b"1e999999",
        b"-" * 200,
    ),
)


@pytest.mark.parametrize(("name", "data"), SEEDS, ids=[name for name, _ in SEEDS])
def test_a_target_reads_what_it_starts_from(name: str, data: bytes) -> None:
    TARGETS[name][0](data)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_stands_rough_bytes(name: str) -> None:
    for data in ROUGH if name != "xlsx" else ROUGH[:5]:  # a workbook is opened in a process
        TARGETS[name][0](data)


@pytest.mark.parametrize(("name", "data", "why"), FOUND)
def test_what_fuzzing_found_is_mended(name: str, data: bytes, why: str) -> None:
    TARGETS[name][0](data)
