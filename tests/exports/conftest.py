"""Exports drawn as text, and what reading them gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import polars as pl
import pytest

from pipeline.exports import CsvSource, FrameSource, Layout, Reading, load_layouts
from pipeline.exports.reading import read

#: Draws a file (text is dedented, bytes are taken as they are) and reads it.
Draw = Callable[..., Reading]


@pytest.fixture(scope="session")
def layouts() -> tuple[Layout, ...]:
    return load_layouts()


@pytest.fixture
def drawn(tmp_path: Path, layouts: tuple[Layout, ...]) -> Draw:
    def draw(content: str | bytes, name: str = "invoices.csv", answer: str = "") -> Reading:
        path = tmp_path / name
        if isinstance(content, str):
            content = dedent(content).lstrip("\n").encode()
        path.write_bytes(content)
        return read(path, name, layouts, {name: answer} if answer else {})

    return draw


def cells(reading: Reading) -> pl.DataFrame:
    """The kept rows as a frame, whichever way they were read; `_row` as a spreadsheet counts."""
    source = reading.source
    if isinstance(source, FrameSource):
        return source.frame
    assert isinstance(source, CsvSource), reading
    frame = pl.read_csv(
        source.path,
        has_header=False,
        skip_rows=source.skip_records + 1,
        separator=source.delimiter,
        quote_char=None,
        schema=dict.fromkeys(reading.columns, pl.String()),
    )
    return frame.with_row_index("_row", offset=source.skip_records + 2).cast({"_row": pl.Int64})


def column(reading: Reading, name: str) -> list[str | None]:
    """One of the file's columns."""
    return cells(reading)[name].to_list()
