"""A day that follows the record as it grows says what a new day would say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from graphlib import TopologicalSorter

import pytest

from pipeline.model import Entry
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day
from pipeline.warehouse.ledger_rows import follow_from
from pipeline.warehouse.statements import Statement, folder
from tests.shipped import shipped

TABLES = folder("day")


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return Pilot.open(shipped(tmp_path_factory.mktemp("pilot") / "demo"))


def fresh(pilot: Pilot, entries: Sequence[Entry]) -> Day:
    return Day(pilot.books(), pilot.as_of(), pilot.lens(), entries)


def told(day: Day) -> dict[str, list[str]]:
    """Every table of the day, as sorted text; views hold nothing of their own."""
    kept = [name for name, table in TABLES.items() if not table.is_view]
    return {name: sorted(map(str, day.table(name))) for name in kept}


def test_after_every_stretch_of_the_record_it_says_the_same(pilot: Pilot) -> None:
    entries = pilot.entries()
    steps = [len(entries) // 3, len(entries) - 20, len(entries)]
    with fresh(pilot, entries[:0]) as following:
        told(following)
        for step in steps:
            assert following.follow(entries[:step])
            with fresh(pilot, entries[:step]) as anew:
                assert told(following) == told(anew), f"after {step} entries"


def test_one_customer_looked_at_again_after_a_decision_has_his_new_row(pilot: Pilot) -> None:
    entries = pilot.entries()
    last = next(n for n, e in reversed(list(enumerate(entries))) if e.kind == "decision")
    customer = str(entries[last].payload["customer_id"])
    with fresh(pilot, entries[:last]) as following, fresh(pilot, entries[: last + 1]) as anew:
        with following.looking_at(customer):
            before = following.table("open_invoices")
        assert following.follow(entries[: last + 1])
        with following.looking_at(customer), anew.looking_at(customer):
            assert following.table("open_invoices") == anew.table("open_invoices") != before


def test_another_record_is_not_followed(pilot: Pilot) -> None:
    entries = pilot.entries()
    with fresh(pilot, entries[:3]) as day:
        assert not day.follow(entries[:2])
        assert not day.follow([*entries[:2], entries[4]])
        assert day.follow(entries[:3])


def test_no_two_tables_of_the_day_need_each_other() -> None:
    """They are laid out one after the other, each when a later one asks for it."""
    reads = {name: (table.words & TABLES.keys()) - {name} for name, table in TABLES.items()}
    TopologicalSorter(reads).prepare()


READERS = [table for table in TABLES.values() if "ledger_entries" in table.words]


@pytest.mark.parametrize("table", READERS, ids=lambda table: table.name)
def test_who_reads_the_record_names_the_kinds_it_looks_at(table: Statement) -> None:
    """Otherwise `follow` could not know what an entry can change."""
    reads = len(re.findall(r"\b(?:from|join) ledger_entries\b", table.select))
    named = re.findall(r"\bkind\s*(?:=|like)\s*'[a-z_%]+'", table.select)
    assert len(named) >= reads


def test_a_timing_changes_the_work_alone_and_a_decision_the_open_invoices() -> None:
    assert follow_from(frozenset({"timing"})) == {"human_work"}
    assert {"standing_decisions", "open_invoices"} <= follow_from(frozenset({"decision"}))
    assert "open_invoices" in follow_from(frozenset({"dispute_flagged"}))
    assert "suspended_addresses" not in follow_from(frozenset({"decision"}))
