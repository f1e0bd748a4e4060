"""One simulated pilot with known truth, written as a pilot: every expected number to 1e-6."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.figures import dso
from pipeline.pilot import Pilot
from pipeline.proving import before_after
from pipeline.warehouse.day import Day, Scope
from tests.drawn import seen

START = date(2026, 1, 1)
"""Day 0: any day does."""
Expected = dict[str, Any]


def on(day: str | int) -> str:
    return (START + timedelta(days=int(day))).isoformat()


def write(folder: Path, rows: list[dict[str, str]]) -> Pilot:
    """The simulated invoices in our own layout."""
    pilot = Pilot.create(folder)
    customers = {row["customer"]: row["pilot"] for row in rows}
    _csv(
        pilot.exports / "customers.csv",
        "customer_id,name,segment",
        [(c, c, "pilot" if p == "1" else "control") for c, p in customers.items()],
    )
    _csv(
        pilot.exports / "invoices.csv",
        "invoice_id,customer_id,issued_on,due_on,amount,currency",
        [
            (f"I{n}", r["customer"], on(r["issue_day"]), on(r["due_day"]), r["amount"], "USD")
            for n, r in enumerate(rows)
        ],
    )
    _csv(
        pilot.exports / "applications.csv",
        "application_id,invoice_id,kind,effective_on,amount",
        [
            (f"A{n}", f"I{n}", "cash", on(r["paid_day"]), r["amount"])
            for n, r in enumerate(rows)
            if r["paid_day"]
        ],
    )
    (folder / "pilot.toml").write_text(
        f"[pilot]\ncurrency = 'USD'\nstarted_on = {START}\n"
        "[segment]\nwhere = \"segment = 'pilot'\"\n[control]\nwhere = \"segment = 'control'\"\n",
        encoding="utf-8",
    )
    return Pilot.open(folder)


def _csv(path: Path, header: str, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


@pytest.fixture(scope="module")
def golden(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    with (shared / "oracles/golden_invoices.csv").open(encoding="utf-8") as lines:
        return write(tmp_path_factory.mktemp("golden"), list(csv.DictReader(lines)))


@pytest.fixture(scope="module")
def expected(shared: Path) -> Expected:
    found: Expected = json.loads((shared / "oracles/golden_expected.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def day(golden: Pilot) -> Iterator[Day]:
    with seen(golden, START + timedelta(days=400)) as day:
        yield day


@pytest.fixture(scope="module")
def compared(day: Day, golden: Pilot) -> dict[str, Any]:
    return before_after(day, golden.settings, read_out=120)


@pytest.mark.parametrize("number", [29, 119])
@pytest.mark.parametrize(("arm", "scope"), [("pilot", "SEGMENT"), ("control", "CONTROL")])
def test_dso_of_both_arms(
    day: Day, expected: Expected, number: int, arm: str, scope: Scope
) -> None:
    truth = expected[f"day{number}_{arm}"]
    found = dso(day, 90, scope, as_of=START + timedelta(days=number))["currencies"]["USD"]
    assert found["ar"] == Decimal(str(truth["AR"]))
    assert found["billings"] == Decimal(str(truth["sales90"]))
    assert found["period_end"] == pytest.approx(truth["DSO90"], abs=1e-9)
    assert found["countback"] == pytest.approx(truth["countback_daily"], abs=1e-9)


@pytest.mark.parametrize(("basis", "name"), [("count", "count"), ("amount", "dollar")])
def test_days_past_due_of_both_arms_and_both_windows(
    compared: dict[str, Any], expected: Expected, basis: str, name: str
) -> None:
    found = compared["rdpd30"][basis]
    for arm in ("pilot", "control"):
        for when in ("pre", "post"):
            truth = expected[f"RDPD30_{name}_{arm}_{when}"]
            assert found[f"{arm}_{when}"] == pytest.approx(truth, abs=1e-6), (arm, when)


@pytest.mark.parametrize(("basis", "name"), [("count", "count"), ("amount", "dollar")])
def test_the_difference_in_differences_and_its_interval(
    compared: dict[str, Any], expected: Expected, basis: str, name: str
) -> None:
    found, truth = compared["rdpd30"][basis], expected[f"DiD_{name}"]
    assert found["estimate"] == pytest.approx(truth["estimate"], abs=1e-6)
    assert found["se"] == pytest.approx(truth["jackknife_se"], abs=1e-6)
    assert found["df"] == pytest.approx(truth["welch_df"], abs=1e-6)
    assert found["ci95"] == pytest.approx(truth["ci95"], abs=1e-6)


def test_the_verdict_follows_the_interval(compared: dict[str, Any]) -> None:
    assert compared["verdict"] == "improved"
    assert "between 1.0 and 5.5 days sooner" in compared["sentence"]
    assert compared["dso"]["pilot"]["before"]["as_of"] == START + timedelta(days=29)
    assert compared["dso"]["control"]["after"]["as_of"] == START + timedelta(days=119)


def test_the_read_out_sees_nothing_that_happened_after_it(golden: Pilot) -> None:
    with seen(golden, START + timedelta(days=119)) as then:
        early = before_after(then, golden.settings, read_out=120)
    with seen(golden, START + timedelta(days=399)) as now:
        late = before_after(now, golden.settings, read_out=120)
    assert early["rdpd30"] == late["rdpd30"]
    assert early["dso"] == late["dso"]
