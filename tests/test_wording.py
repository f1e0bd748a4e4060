"""One way of writing over the whole product: a percentage has no space before its sign."""

from __future__ import annotations

import re

import pytest

from tests.conftest import REPOSITORY
from tests.house_rules import Source, python_files, strings

#: Words that a signed protocol quotes stay as they were signed.
SIGNED = frozenset(
    {
        "pipeline/protocol/charter.py",
        *(f"pipeline/sql/metrics/{name}.sql" for name in ("due_cohorts", "override_weeks")),
    }
)
APART = re.compile(r"[\d}] %(?=[\s.,;:)]|$)(?! *\d)")


def shown(source: Source) -> list[str]:
    """Texts of a file that say a percentage apart from its sign."""
    return [text for _, text in strings(source) if APART.search(text)]


def test_a_percentage_has_no_space_before_its_sign() -> None:
    found = {
        source.path: shown(source)
        for source in python_files()
        if source.path not in SIGNED and not source.path.startswith("pipeline/demo/")
    }
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_nor_does_the_meaning_of_a_figure() -> None:
    folder = REPOSITORY / "pipeline" / "sql"
    found = [
        path.relative_to(REPOSITORY).as_posix()
        for path in folder.rglob("*.sql")
        if any(APART.search(line) for line in path.read_text("utf-8").splitlines() if "--" in line)
    ]
    assert set(found) <= SIGNED


@pytest.mark.parametrize("text", ["a 95 % interval", "{rate:.0f} %", "under 20 %."])
def test_it_is_found_wherever_it_stands(text: str) -> None:
    assert APART.search(text)
    assert not APART.search(text.replace(" %", "%"))
