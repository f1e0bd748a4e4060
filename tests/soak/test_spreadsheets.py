"""What leaves as CSV or as a workbook, opened by LibreOffice: no cell of it is a formula.

Everything is turned into LibreOffice's own flat XML, where a formula is an attribute; a file with
formulas of our own comes first, so that a program that reads none cannot pass for a sound export.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from pages.parts.downloads import csv_bytes
from pipeline.ledger.chain import GENESIS, export_lines, seal
from pipeline.ledger.leaving import sealed_csv
from pipeline.report.workbook import xlsx_bytes
from tests.attack.hostile import ATTACKS
from tests.conftest import without
from tests.pages.test_downloads import STARTS, readout
from tests.soak.bounds import Clock, tell

pytestmark = pytest.mark.soak

#: Comma, quotes, UTF-8, and evaluate whatever looks like a formula.
EVALUATING = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,0,true"
TEXTS = [*ATTACKS, *(f"{start}1+1" for start in STARTS), "=1+1", "+1+1", "-1+1", "@SUM(1)"]


@pytest.fixture(scope="module")
def calc() -> str:
    found = shutil.which("soffice") or shutil.which("localc")
    if found is None:
        without("needs LibreOffice Calc (make calc)")
    return found


def formulas(calc: str, path: Path) -> list[str]:
    """The formulas that LibreOffice sees in a file."""
    command = [calc, f"-env:UserInstallation={(path.parent / 'profile').as_uri()}", "--headless"]
    if path.suffix == ".csv":
        command.append(f"--infilter={EVALUATING}")
    command += ["--convert-to", "fods", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    shown = path.with_suffix(".fods").read_text(encoding="utf-8")
    assert "<table:table-cell" in shown
    return re.findall(r'table:formula="([^"]*)"', shown)


def test_our_exports_evaluate_nothing(calc: str, tmp_path: Path) -> None:
    clock = Clock(10)
    control = tmp_path / "control.csv"
    with control.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([[text] for text in ("=1+1", "+1+1", '=HYPERLINK("x","y")')])
    assert formulas(calc, control), "LibreOffice evaluates nothing at all here"
    exports = {
        "table.csv": csv_bytes(TEXTS[:3], [dict.fromkeys(TEXTS[:3], text) for text in TEXTS]),
        "record.csv": sealed_csv(list(export_lines(map(entry, range(1, len(TEXTS) + 1))))),
    }
    for number, text in enumerate(ATTACKS):
        exports[f"readout{number}.xlsx"] = xlsx_bytes(readout(text))
    for name, content in exports.items():
        (tmp_path / name).write_bytes(content)
        assert formulas(calc, tmp_path / name) == [], name
    tell("exports in LibreOffice", clock, files=len(exports), texts=len(TEXTS), formulas=0)


def entry(number: int) -> dict[str, object]:
    """An entry whose every text is an attack; the chain of them is not what is looked at."""
    made = {
        "seq": number,
        "event_id": f"e{number}",
        "kind": "kill_switch",
        "subject": TEXTS[number - 1],
        "version": 1,
        "by": TEXTS[-number],
        "at": "2026-03-31T14:30:00+00:00",
        "on_day": date(2026, 3, 31).isoformat(),
        "payload": {"on": True, "said": TEXTS[number - 1]},
        "previous": GENESIS,
    }
    return {**made, "hash": seal(made)}
