"""Workbooks as rows of text: checked as an archive first, then read in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.exports.archives import TOO_LARGE, check_workbook
from pipeline.exports.records import Numbered, text_rows
from pipeline.exports.results import Unreadable

#: For a reader that is not already held to less.
_MEGABYTES = 1_000
_SECONDS = 60

#: As `workbook_sheets`, which runs alone, marks its numbers.
NUMBER = "\ue000"

_MAGIC = b"PK\x03\x04"
_CANNOT = "is a workbook that cannot be read: save the sheet as CSV"


@dataclass(frozen=True)
class Sheet:
    """One sheet, as a CSV of text in UTF-8."""

    name: str
    path: Path


def rows(sheet: Sheet, decimal: str) -> Iterator[Numbered]:
    """The sheet's rows; its numbers get the decimal sign that the layout's texts use."""
    for number, cells in text_rows(sheet.path, "utf-8", ","):
        if isinstance(cells, list):
            yield number, [_plain(cell, decimal) for cell in cells]
        else:
            yield number, cells


def _plain(cell: str, decimal: str) -> str:
    if not cell.startswith(NUMBER):
        return cell
    return cell.removeprefix(NUMBER).replace(".", decimal)


def is_archive(path: Path) -> bool:
    """Whether the file begins as a workbook does."""
    with path.open("rb") as handle:
        return handle.read(len(_MAGIC)) == _MAGIC


@contextmanager
def sheets(path: Path) -> Iterator[list[Sheet]]:
    """The workbook's sheets, there while the context lasts; raises `Unreadable`."""
    check_workbook(path)
    with tempfile.TemporaryDirectory(prefix="sheets-") as folder:
        names = _written(path, Path(folder))
        yield [Sheet(name, Path(folder) / f"{n}.csv") for n, name in enumerate(names)]


def _written(path: Path, folder: Path) -> list[str]:
    program = Path(__file__).with_name("workbook_sheets.py")
    call = [sys.executable, "-I", str(program), str(path), str(folder)]
    call += [str(_MEGABYTES), str(_SECONDS)]
    try:
        done = subprocess.run(call, capture_output=True, timeout=2 * _SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(TOO_LARGE) from error
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        # Killed by its limits, or aborted by what it was fed.
        raise Unreadable(TOO_LARGE)
    if done.returncode:
        password = b"PasswordError" in done.stderr
        raise Unreadable("is protected by a password: save it without one" if password else _CANNOT)
    names: list[str] = json.loads(done.stdout)
    return names
