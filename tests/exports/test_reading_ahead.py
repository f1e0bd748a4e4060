"""The next file is read while this one is taken in, but never the rows of two at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from pipeline.exports import CsvSource, FrameSource, Layout, Reading
from pipeline.exports.confined import ahead, read_in_turn
from pipeline.model import CountbackError

PLAIN = CsvSource(Path("a.csv"), ",", "", 0, False, "\n")
ROWS = FrameSource(pl.DataFrame({"a": ["1"]}))


class Reader:
    """Reads by name what it was given, and says when it did."""

    def __init__(self, held: Mapping[str, CsvSource | FrameSource]) -> None:
        self._held = held
        self.was_read = {name: threading.Event() for name in held}

    def read(self, path: Path, name: str, answers: Mapping[str, str]) -> Reading:
        self.was_read[name].set()
        return Reading(name, source=self._held[name])


def lend(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    @contextmanager
    def lent(layouts: Sequence[Layout]) -> Iterator[Reader]:
        yield reader

    monkeypatch.setattr(ahead, "lent_reader", lent)


def files(reader: Reader) -> list[tuple[Path, str]]:
    return [(Path(name), name) for name in reader.was_read]


def take_in_and_fail(reader: Reader) -> None:
    with read_in_turn((), files(reader), {}) as readings:
        next(readings)
        raise CountbackError("The disk is full.")


def test_the_next_file_is_read_while_a_plain_one_is_in_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = Reader({"a.csv": PLAIN, "b.csv": PLAIN})
    lend(monkeypatch, reader)
    with read_in_turn((), files(reader), {}) as readings:
        assert next(readings)[0].name == "a.csv"
        assert reader.was_read["b.csv"].wait(30)
        assert [reading.name for reading, _ in readings] == ["b.csv"]


def test_rows_in_memory_are_taken_in_before_the_next_file_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = Reader({"a.xlsx": ROWS, "b.xlsx": ROWS})
    lend(monkeypatch, reader)
    with read_in_turn((), files(reader), {}) as readings:
        assert next(readings)[0].name == "a.xlsx"
        assert not reader.was_read["b.xlsx"].is_set()
        assert next(readings)[0].name == "b.xlsx"


def test_what_is_being_read_ahead_is_waited_for_when_taking_in_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = Reader({"a.csv": PLAIN, "b.csv": PLAIN})
    lend(monkeypatch, reader)
    with pytest.raises(CountbackError, match="is full"):
        take_in_and_fail(reader)
    assert reader.was_read["b.csv"].is_set()
    assert not [one for one in threading.enumerate() if one.name.startswith("reading-ahead")]


def test_of_no_file_nobody_is_asked() -> None:
    with read_in_turn((), [], {}) as readings:
        assert list(readings) == []
