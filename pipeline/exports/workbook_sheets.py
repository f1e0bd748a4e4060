"""Run as a program of its own: writes every sheet of a workbook as a CSV of text.

Workbooks are written by strangers and read by native code, which a hostile file can make
abort or ask for hundreds of gigabytes. So this runs apart, under limits, and only the
process that reads the workbook can die of it.

    python workbook_sheets.py WORKBOOK FOLDER MEGABYTES SECONDS
"""

from __future__ import annotations

import csv
import json
import math
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

#: Set before a number that is no whole one: its decimal sign is a point, whatever texts use.
NUMBER = "\ue000"

#: What a spreadsheet program can hold, and more sheets than a person looks through.
_MOST_ROWS = 1_048_576
_MOST_SHEETS = 200

Cell = int | float | str | bool | time | date | datetime | timedelta


def limit(megabytes: int, seconds: int) -> None:
    """Bounds memory, processor time and written bytes, where the system can."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    wanted = {
        resource.RLIMIT_AS: megabytes << 20,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: megabytes << 20,
    }
    for kind, most in wanted.items():
        soft, ceiling = resource.getrlimit(kind)
        # What started this may hold it to other limits already: those stay.
        if soft == resource.RLIM_INFINITY:
            resource.setrlimit(kind, (most, ceiling))


def text(cell: Cell) -> str:
    """A cell as text: days in ISO form, numbers with the 15 digits that a spreadsheet shows."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    return str(cell)


def _number(value: float) -> str:
    """123.0 is 123, and 0.30000000000000004 is the 0.3 that was typed."""
    if not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{NUMBER}{Decimal(format(value, '.15g')):f}"


def write_sheets(workbook: Path, folder: Path) -> list[str]:
    """Writes `0.csv`, `1.csv`, … in the order of the sheets; returns the sheets' names.

    Empty rows and columns before the first cell are kept, so rows count as in the sheet.
    """
    names: list[str] = []
    with CalamineWorkbook.from_path(workbook) as opened:
        for sheet in opened.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            read = opened.get_sheet_by_name(sheet.name)
            if read.total_height > _MOST_ROWS or len(names) == _MOST_SHEETS:
                raise MemoryError(sheet.name)
            path = folder / f"{len(names)}.csv"
            with path.open("w", encoding="utf-8", newline="") as handle:
                rows = (map(text, row) for row in read.iter_rows())
                csv.writer(handle, lineterminator="\n").writerows(rows)
            names.append(sheet.name)
    return names


def main(arguments: list[str]) -> int:
    """Exit status 0 with the names as JSON on standard output, 3 with a reason on the other."""
    workbook, folder, megabytes, seconds = arguments
    limit(int(megabytes), int(seconds))
    try:
        names = write_sheets(Path(workbook), Path(folder))
    except (CalamineError, OSError, ValueError, MemoryError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}")
        return 3
    sys.stdout.write(json.dumps(names))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
