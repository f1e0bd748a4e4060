"""Every verb's JSON object: the exact keys that people script against, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.cli.drawing import GIANTS, INVOICES, Said, call

BUCKETS = ["current", "1-30", "31-60", "61-90", "91+", "no_due_date"]
BOUNDARIES = ["current>1-30", "1-30>31-60", "31-60>61-90", "61-90>91+"]
MONEY = re.compile(r"-?\d+\.\d{2}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MONEY_NAMES = frozenset(
    (
        *("amount", "total", "past_due", "unapplied", "credits", "disputed", "ar", "billings"),
        *("scheduled", "rolled", "rolled_undisputed", "event_version", "cash", "write_offs"),
        *("entered_directly", "reopened", "re_aged", "open_amount"),
    )
)


@cache
def read_only(drawn: Path, *arguments: str) -> Said:
    """What a verb that only looks prints; asked once for all tests."""
    return read_again(drawn, *arguments)


def read_again(drawn: Path, *arguments: str) -> Said:
    said = call(*arguments, "--pilot", drawn, "--json")
    assert (said.status, said.err) == (0, ""), said
    assert said.out.count("\n") == 1
    return said


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pairs(inner)


def test_load(drawn: Path) -> None:
    data = call("load", drawn, "--json").data
    assert set(data) == {
        *("pilot", "files", "unrecognised", "not_used", "nearest", "questions", "tie_out"),
        "cannot_feed",
    }
    assert data["pilot"] == str(drawn)
    for file in data["files"]:
        assert set(file) == {
            *("file", "format", "kind", "rows", "accepted", "refused", "skipped"),
            *("reasons", "totals", "warnings"),
        }
        assert file["rows"] == file["accepted"] + file["refused"] + file["skipped"]
        assert file["format"] == f"countback_{file['kind']}"
    totals = {file["file"]: file["totals"] for file in data["files"]}
    assert totals["invoices.csv"] == {"EUR": "300.00", "USD": "113395.75"}
    assert totals["customers.csv"] == {}
    assert (data["unrecognised"], data["questions"]) == ([], [])


def test_the_tie_out_of_a_load(drawn: Path) -> None:
    euros, dollars = call("load", drawn, "--json").data["tie_out"]
    assert dollars == {
        "as_of": "2026-03-31",
        "currency": "USD",
        # 3,045.75 open less 50.00 of credit and 80.00 of cash that nobody has matched.
        "books": "2915.75",
        "control": "2915.75",
        "difference": "0.00",
        "ok": True,
    }
    assert euros["currency"] == "EUR"


def test_aging(drawn: Path) -> None:
    data = read_only(drawn, "aging").data
    assert set(data) == {"as_of", "basis", "flavour", "currencies", "reporting"}
    assert (data["as_of"], data["basis"], data["flavour"]) == ("2026-03-31", "due_date", "restated")
    assert list(data["currencies"]) == ["EUR", "USD"]
    dollars = data["currencies"]["USD"]
    assert list(dollars["buckets"]) == BUCKETS
    assert dollars["buckets"]["1-30"] == {"amount": "370.50", "n": 2}
    assert dollars["buckets"]["no_due_date"] == {"amount": "75.00", "n": 1}
    del dollars["buckets"]
    assert dollars == {
        "total": "3045.75",
        "n": 6,
        "past_due": "2970.75",
        "unapplied": "80.00",
        "credits": "50.00",
        "disputed": "200.00",
    }
    assert data["reporting"] == {"currency": "USD", "total": "3375.75"}


@pytest.mark.parametrize(
    ("customers", "total", "n"), [("SEGMENT", "2850.75", 4), ("CONTROL", "195.00", 2)]
)
def test_aging_of_one_arm(drawn: Path, customers: str, total: str, n: int) -> None:
    dollars = read_only(drawn, "aging", "--customers", customers).data["currencies"]["USD"]
    assert (dollars["total"], dollars["n"]) == (total, n)


def test_aging_on_an_earlier_day(drawn: Path) -> None:
    data = read_only(drawn, "aging", "--as-of", "2025-12-07").data
    assert sum(books["n"] for books in data["currencies"].values()) == 0
    day_before = read_only(drawn, "aging", "--as-of", "2025-12-04").data["currencies"]["USD"]
    assert (day_before["total"], day_before["buckets"]["1-30"]["n"]) == ("400.00", 1)


def test_dso(drawn: Path) -> None:
    data = read_only(drawn, "dso").data
    assert set(data) == {"as_of", "days", "customers", "currencies"}
    assert (data["as_of"], data["days"], data["customers"]) == ("2026-03-31", 90, "ALL")
    dollars = data["currencies"]["USD"]
    assert set(dollars) == {"ar", "billings", "period_end", "countback", "best_possible", "add"}
    # 1 January to 31 March: eleven times 10,000.00 and what the small ones were billed.
    assert (dollars["ar"], dollars["billings"]) == ("3045.75", "112145.50")
    assert dollars["period_end"] == pytest.approx(3045.75 / 112145.50 * 90, abs=1e-9)
    assert dollars["best_possible"] == pytest.approx(75 / 112145.50 * 90, abs=1e-9)
    assert dollars["add"] == pytest.approx(dollars["period_end"] - dollars["best_possible"])
    # Newest first 75 + 250.50 + 120 + 700 + 1,000 leaves 900.25 for the 110,000 of 5 January.
    assert dollars["countback"] == pytest.approx(85 + 900.25 / 110_000, abs=1e-9)


def test_an_undefined_figure_is_null_and_says_why(drawn: Path) -> None:
    euros = read_only(drawn, "dso").data["currencies"]["EUR"]
    assert (euros["period_end"], euros["best_possible"], euros["add"]) == (None, None, None)
    assert "16 days" in euros["why"]


def test_dso_over_other_days(drawn: Path) -> None:
    data = read_only(drawn, "dso", "--days", "30").data
    assert (data["days"], data["currencies"]["USD"]["billings"]) == (30, "75.00")


def test_roll(drawn: Path) -> None:
    data = read_only(drawn, "roll", "--week-ending", "2026-03-20").data
    assert set(data) == {
        *("week", "flavour", "currency", "customers", "scheduled", "rolled", "crossing_rate", "n"),
        *("rolled_undisputed", "event_version", "cash", "credits", "write_offs"),
        *("entered_directly", "reopened", "re_aged", "boundaries", "identity_ok"),
    }
    assert data["week"] == ["2026-03-13", "2026-03-20"]
    assert (data["flavour"], data["currency"]) == ("restated", "USD")
    assert list(data["boundaries"]) == BOUNDARIES
    # B-1 turns 31 days on 17 March; 200.00 of it are disputed.
    assert (data["rolled"], data["rolled_undisputed"]) == ("700.00", "500.00")
    assert data["boundaries"]["1-30>31-60"] == {"scheduled": "700.00", "rolled": "700.00"}
    assert (data["crossing_rate"], data["identity_ok"]) == (1.0, True)


def test_a_week_in_which_nothing_crosses_has_no_rate(drawn: Path) -> None:
    data = read_only(drawn, "roll", "--week-ending", "2025-08-01").data
    assert (data["scheduled"], data["crossing_rate"], data["identity_ok"]) == ("0.00", None, True)


def test_route(drawn: Path) -> None:
    data = read_only(drawn, "route").data
    assert set(data) == {"as_of", "policy", "invoices", "cases"}
    for invoice in data["invoices"]:
        assert set(invoice) == {
            *("invoice_id", "customer_id", "lane", "rule", "because", "also", "blockers"),
            *("score", "value", "case_id", "currency", "open_amount", "exempted"),
        }
        assert invoice["exempted"] == []
        assert all(set(fired) == {"rule", "lane", "because"} for fired in invoice["also"])
        assert all(set(blocker) == {"code", "sentence"} for blocker in invoice["blockers"])
    for case in data["cases"]:
        assert set(case) == {
            *("case_id", "customer_id", "lane", "currency", "invoice_ids", "open_amount", "value"),
        }


def test_every_open_invoice_is_routed_once_and_in_exactly_one_case(drawn: Path) -> None:
    data = read_only(drawn, "route").data
    routed = sorted(invoice["invoice_id"] for invoice in data["invoices"])
    assert routed == ["A-1", "A-2", "B-1", "C-1", "D-1", "E-1", "F-1"]
    assert sorted(name for case in data["cases"] for name in case["invoice_ids"]) == routed
    lanes = {invoice["invoice_id"]: invoice["lane"] for invoice in data["invoices"]}
    assert lanes == {
        "A-1": "routine",
        "A-2": "routine",
        "B-1": "disputed",
        "C-1": "blocked",
        "D-1": "hands_off",
        "E-1": "not_due",
        "F-1": "blocked",
    }


def test_the_invoices_of_a_case_share_customer_lane_and_currency(drawn: Path) -> None:
    data = read_only(drawn, "route").data
    rows = {invoice["invoice_id"]: invoice for invoice in data["invoices"]}
    for case in data["cases"]:
        for name in case["invoice_ids"]:
            assert rows[name]["case_id"] == case["case_id"]
            for shared in ("customer_id", "lane", "currency"):
                assert rows[name][shared] == case[shared]
    assert all(MONEY.fullmatch(row["value"]) for row in (*data["invoices"], *data["cases"]))
    alder = next(case for case in data["cases"] if case["customer_id"] == "C-ALDER")
    assert alder["open_amount"] == "1250.50"


def test_draft(drawn: Path) -> None:
    data = read_only(drawn, "draft", "C-ALDER/routine/USD").data
    assert set(data) == {
        *("case_id", "state", "why", "to", "subject", "body", "facts", "doubts", "checks"),
        *("model", "prompt", "note"),
    }
    assert (data["state"], data["to"]) == ("draft", "ap@c-alder.example")
    assert "$1,250.50" in data["body"]
    assert re.fullmatch(r"reminder@[0-9a-f]{8}", data["prompt"])
    assert all(set(doubt) == {"code", "blocking", "sentence"} for doubt in data["doubts"])
    assert all(set(check) == {"name", "ok", "sentence"} for check in data["checks"])
    assert all(check["ok"] for check in data["checks"])


def test_every_fact_of_a_draft_names_its_cell(drawn: Path) -> None:
    facts = read_only(drawn, "draft", "C-ALDER/routine/USD").data["facts"]
    assert all(set(f) == {"token", "name", "file", "sheet", "row", "column"} for f in facts)
    amounts = {f["token"]: f for f in facts if f["name"] == "open_amount"}
    assert amounts["$1,000.00"] == {
        "token": "$1,000.00",
        "name": "open_amount",
        "file": "invoices.csv",
        "sheet": None,
        "row": 2,
        "column": "amount",
    }


def test_metrics(drawn: Path) -> None:
    data = read_only(drawn, "metrics").data
    assert {"prep_minutes", "dollars_aging", "dispute_hours", "override_rate"} <= set(data)
    prep = data["prep_minutes"]
    assert prep["baseline"] == {"value": 22.0, "n": 1}
    assert {"week": "2026-02-27", "value": 6.5, "n": 1} in prep["weeks"]
    assert {"before", "after", "verdict"} <= set(prep["human_minutes_per_resolved"])
    weeks = data["dollars_aging"]["weeks"]
    assert all({"week", "rolled", "scheduled", "rate"} <= set(week) for week in weeks)
    assert {"median_business", "median_clock", "n", "unrouted"} <= set(data["dispute_hours"])
    assert (data["dispute_hours"]["n"], data["dispute_hours"]["unrouted"]) == (1, 1)
    assert {"weeks", "verdict", "sentence"} <= set(data["override_rate"])
    for week in data["override_rate"]["weeks"]:
        assert set(week) == {
            *("week", "k", "n", "low", "high", "routing", "wording"),
            *("chance_low", "chance_high"),
        }
    assert {
        *("attention", "reading", "case_mix", "at_hter", "under_the_floor"),
        *("read_outs", "defects"),
    } <= set(data["override_rate"])
    assert {
        *("strict", "first_assignment", "first_touch_right", "hand_offs", "detection", "curve"),
        *("open", "open_by_age"),
    } <= set(data["dispute_hours"])


def test_before_after(drawn: Path) -> None:
    data = read_only(drawn, "before-after").data
    assert {
        *("read_out_day", "design", "rdpd30", "within_customer", "dso", "guards"),
        *("minimum_detectable_days", "verdict", "sentence"),
    } <= set(data)
    assert (data["read_out_day"], data["verdict"]) == (90, "cannot tell")
    for basis in ("count", "amount"):
        assert {
            *("pilot_pre", "pilot_post", "control_pre", "control_post"),
            *("estimate", "se", "df", "ci95", "why"),
        } <= set(data["rdpd30"][basis])
    assert {"estimate", "ci95"} <= set(data["within_customer"])
    assert {arm: set(when) for arm, when in data["dso"].items()} == {
        "pilot": {"before", "after"},
        "control": {"before", "after"},
    }
    for guard in data["guards"]:
        assert set(guard) == {"name", "state", "sentence"}
        assert guard["state"] in ("ok", "warn", "stop")
    assert {"rung", "sensitivities", "event_study", "placebo", "mix"} <= set(data)
    judged = data["what_next"]
    assert (judged["result"], judged["is_fixed"]) == ("hold", False)
    assert [one["state"] for one in judged["conditions"]] == ["not known"] * 4
    assert judged["rule"]["text"].startswith("Extend if days past due at payment fall")


def test_bridge(drawn: Path) -> None:
    data = read_only(drawn, "bridge").data
    assert set(data) == {"as_of", "before_on", "after_on", "days", "arms"}
    assert (data["before_on"], data["after_on"]) == ("2026-01-30", "2026-03-31")
    for currencies in data["arms"].values():
        for found in currencies.values():
            if "why" in found:
                continue
            assert set(found) == {"before", "after", "steps", "cash_share", "largest_open"}
            assert set(found["before"]) == {"ar", "billings", "dso"}
            assert all(set(step) == {"name", "money", "days"} for step in found["steps"])
            changed = Decimal(found["after"]["ar"]) - Decimal(found["before"]["ar"])
            assert sum(Decimal(step["money"]) for step in found["steps"]) == changed


def test_cohorts(drawn: Path) -> None:
    data = read_only(drawn, "cohorts").data
    assert set(data) == {"as_of", "customers", "from", "to", "currencies"}
    assert (data["customers"], data["from"]) == ("ALL", "2026-03-01")
    usd = data["currencies"]["USD"]
    assert set(usd) == {"collected", "roll_forward", "promises"}
    assert {"month", "n", "billed", "day_15", "day_90"} <= set(usd["collected"][0])
    assert usd["roll_forward"]["identity"]["ok"] is True
    for row in usd["roll_forward"]["rows"]:
        assert set(row) == {"bucket", "n", "opening", "is_few", "cells"}
        assert sum(Decimal(cell["amount"]) for cell in row["cells"].values()) == Decimal(
            row["opening"]
        )
    assert {"n", "kept", "rate", "ci95", "promised", "came_in"} <= set(usd["promises"])


def test_verify_without_a_record(drawn: Path) -> None:
    assert read_only(drawn, "verify").data == {
        "entries": 0,
        "head": None,
        "ok": True,
        "first_broken": None,
        "erased": [],
    }


def test_demo(tmp_path: Path) -> None:
    said = call("demo", tmp_path / "large", "--seed", "3", "--invoices", "50", "--json")
    assert (said.status, said.err) == (0, "")
    assert set(said.data) == {"pilot", "seed", "files"}
    assert (said.data["pilot"], said.data["seed"]) == (str(tmp_path / "large"), 3)
    assert "invoices.csv" in said.data["files"]
    assert all((tmp_path / "large" / "exports" / name).is_file() for name in said.data["files"])


VIEWS = (
    ("aging",),
    ("dso",),
    ("roll", "--week-ending", "2026-03-20"),
    ("roll", "--week-ending", "2026-03-20", "--flavour", "reported"),
    ("route",),
    ("metrics",),
    ("before-after",),
    ("bridge",),
    ("cohorts",),
)


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_money_is_text_with_cents_and_days_are_iso(drawn: Path, view: tuple[str, ...]) -> None:
    for key, value in pairs(read_only(drawn, *view).data):
        if key in MONEY_NAMES and isinstance(value, str | int | float):
            # A reader who adds up numbers as text must never meet a float.
            assert isinstance(value, str), (key, value)
            assert MONEY.fullmatch(value), (key, value)
        if (key == "as_of" or key.endswith("_on")) and value is not None:
            assert DAY.fullmatch(value), (key, value)


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_the_same_books_print_the_same_bytes(drawn: Path, view: tuple[str, ...]) -> None:
    assert read_again(drawn, *view).out == read_only(drawn, *view).out


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_without_json_plain_lines_are_for_people(drawn: Path, view: tuple[str, ...]) -> None:
    said = call(*view, "--pilot", drawn)
    assert (said.status, said.err) == (0, "")
    assert not said.out.startswith("{")
    assert len(said.out.splitlines()) > 4


def test_looking_writes_no_record(drawn: Path) -> None:
    assert not (drawn / "ledger.sqlite").exists()
    assert len(INVOICES) + len(GIANTS) == 20
