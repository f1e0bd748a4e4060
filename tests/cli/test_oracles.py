"""The golden pilot and the hand-checked roll ledger, from exports to figures."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.drawing import Cells, call, write_csv

START = date(2026, 1, 1)
GOLDEN_SETTINGS = """
[pilot]
currency = "USD"
started_on = 2026-01-01
[segment]
where = "segment = 'pilot'"
[control]
where = "segment = 'control'"
[windows]
selection = [2025-01-01, 2025-06-30]
baseline = [2025-07-05, 2025-12-31]
"""


def on(number: str) -> str:
    return (START + timedelta(days=int(float(number)))).isoformat()


@pytest.fixture(scope="module")
def golden(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("golden")
    with (shared / "oracles" / "golden_invoices.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    source = place / "source"
    arms = {row["customer"]: "pilot" if row["pilot"] == "1" else "control" for row in rows}
    customers = [(name, name, arm) for name, arm in arms.items()]
    write_csv(source, "customers.csv", "customer_id,name,segment", customers)
    write_csv(
        source,
        "invoices.csv",
        "invoice_id,customer_id,issued_on,due_on,amount,currency",
        [
            (f"I{n}", r["customer"], on(r["issue_day"]), on(r["due_day"]), r["amount"], "USD")
            for n, r in enumerate(rows)
        ],
    )
    write_csv(
        source,
        "applications.csv",
        "application_id,invoice_id,kind,effective_on,amount",
        [
            (f"A{n}", f"I{n}", "cash", on(r["paid_day"]), r["amount"])
            for n, r in enumerate(rows)
            if r["paid_day"]
        ],
    )
    (source / "pilot.toml").write_text(GOLDEN_SETTINGS, encoding="utf-8")
    assert call("load", source, "--pilot", place / "pilot", "--json").status == 0
    return place / "pilot"


@pytest.fixture(scope="module")
def truth(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "oracles" / "golden_expected.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def compared(golden: Path) -> dict[str, Any]:
    day = on("119")
    said = call("before-after", "--read-out", 120, "--as-of", day, "--pilot", golden, "--json")
    assert (said.status, said.err) == (0, "")
    return said.data


@pytest.mark.parametrize(("basis", "oracle"), [("count", "count"), ("amount", "dollar")])
def test_the_golden_comparison(
    compared: dict[str, Any], truth: dict[str, Any], basis: str, oracle: str
) -> None:
    found = compared["rdpd30"][basis]
    for arm in ("pilot", "control"):
        for when in ("pre", "post"):
            expected = truth[f"RDPD30_{oracle}_{arm}_{when}"]
            assert found[f"{arm}_{when}"] == pytest.approx(expected, abs=1e-6)
    expected = truth[f"DiD_{oracle}"]
    assert found["estimate"] == pytest.approx(expected["estimate"], abs=1e-6)
    assert found["se"] == pytest.approx(expected["jackknife_se"], abs=1e-6)
    assert found["df"] == pytest.approx(expected["welch_df"], abs=1e-6)
    assert found["ci95"] == pytest.approx(expected["ci95"], abs=1e-6)


def test_the_golden_verdict_speaks_of_the_interval(compared: dict[str, Any]) -> None:
    assert (compared["read_out_day"], compared["verdict"]) == (120, "improved")
    assert "between 1.0 and 5.5 days sooner" in compared["sentence"]


@pytest.mark.parametrize("day", [29, 119])
@pytest.mark.parametrize(("arm", "customers"), [("pilot", "SEGMENT"), ("control", "CONTROL")])
def test_the_golden_dso(
    golden: Path, truth: dict[str, Any], day: int, arm: str, customers: str
) -> None:
    call_ = ("dso", "--days", 90, "--customers", customers, "--as-of", on(str(day)))
    found = call(*call_, "--pilot", golden, "--json").data["currencies"]["USD"]
    expected = truth[f"day{day}_{arm}"]
    assert found["ar"] == f"{expected['AR']:.2f}"
    assert found["billings"] == f"{expected['sales90']:.2f}"
    assert found["period_end"] == pytest.approx(expected["DSO90"], abs=1e-6)
    assert found["countback"] == pytest.approx(expected["countback_daily"], abs=1e-6)


def test_the_comparison_shows_the_same_dso_beside(
    compared: dict[str, Any], truth: dict[str, Any]
) -> None:
    for arm in ("pilot", "control"):
        for when, day in (("before", 29), ("after", 119)):
            found = compared["dso"][arm][when]["USD"]
            expected = truth[f"day{day}_{arm}"]
            assert found["countback"] == pytest.approx(expected["countback_daily"], abs=1e-6)


# --- the roll ledger ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ledger(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "oracles" / "roll_oracle.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def rolling(ledger: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("roll")
    source = place / "source"
    write_csv(
        source,
        "invoices.csv",
        "invoice_id,customer_id,currency,issued_on,due_on,re_aged_due_on,amount,known_on",
        [_invoice(row) for row in ledger["invoices"]],
    )
    write_csv(
        source,
        "applications.csv",
        "application_id,invoice_id,kind,effective_on,amount",
        [_application(row) for row in ledger["applications"]],
    )
    disputed = [(f"Q{n}", row[0], f"{row[2]}T09:00:00Z", row[1]) for n, row in _disputes(ledger)]
    write_csv(source, "disputes.csv", "dispute_id,invoice_id,flagged_at,amount", disputed)
    settings = '[pilot]\ncurrency = "USD"\n[rates]\nEUR = 1.10\n'
    (source / "pilot.toml").write_text(settings, encoding="utf-8")
    said = call("load", source, "--pilot", place / "pilot", "--json")
    assert said.status == 0, said
    return place / "pilot"


def _disputes(ledger: dict[str, Any]) -> Iterator[tuple[int, Cells]]:
    return enumerate(ledger["disputes"])


def _invoice(row: Cells) -> Cells:
    *most, due, aged, amount, known = row
    return (*most, due, aged if aged != due else "", amount, known)


def _application(row: Cells) -> Cells:
    number, invoice, kind, day, amount = row
    return (number, invoice, {"writeoff": "write_off"}.get(str(kind), kind), day, amount)


@pytest.mark.parametrize("flavour", ["restated", "reported"])
def test_the_hand_checked_week(ledger: dict[str, Any], rolling: Path, flavour: str) -> None:
    call_ = ("roll", "--week-ending", "2026-03-13", "--flavour", flavour)
    said = call(*call_, "--pilot", rolling, "--json")
    assert (said.status, said.err) == (0, "")
    found, expected = said.data, ledger["expected"][f"as_{flavour}"]
    assert found["week"] == ledger["expected"]["week"]
    assert found["flavour"] == flavour
    for ours, theirs in NAMES.items():
        assert found[ours] == f"{expected[theirs]:.2f}", ours
    assert found["crossing_rate"] == pytest.approx(expected["cross_rate"], abs=1e-12)
    assert found["identity_ok"] is True
    assert found["boundaries"] == {
        name.lower().replace(" -> ", ">"): {"scheduled": f"{due:.2f}", "rolled": f"{left:.2f}"}
        for name, (due, left) in expected["by_boundary"].items()
    }


NAMES = {
    "scheduled": "scheduled",
    "rolled": "rolled",
    "rolled_undisputed": "rolled_undisputed",
    "event_version": "event_gross",
    "cash": "cash",
    "credits": "credit",
    "write_offs": "writeoff",
    "re_aged": "re_aged_inside_rolled",
    "entered_directly": "entered_past_due_directly",
    "reopened": "reopened",
}


@pytest.mark.parametrize(("day", "total"), [("2026-03-06", "54500.00"), ("2026-03-13", "43900.00")])
def test_receivables_at_both_ends_of_the_week(rolling: Path, day: str, total: str) -> None:
    aged = call("aging", "--as-of", day, "--flavour", "reported", "--pilot", rolling, "--json")
    assert aged.data["reporting"] == {"currency": "USD", "total": total}
