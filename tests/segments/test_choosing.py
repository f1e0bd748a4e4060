"""Which segment is recommended, which are refused, and why; on companies drawn by rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.pilot import Pilot
from pipeline.segments import as_toml, own_segment_gates, segments
from pipeline.settings import Settings
from tests.segments.conftest import Company, opened

Found = dict[str, Any]


def company() -> Company:
    """Ten large, forty middling, sixty small ones, four spotless partners."""
    made = Company()
    made.add("top", 10, amount=90_000)
    made.add("mid", 40, every=10, late=(0, 3, 9, 20), amount=5_000)
    made.add("smb", 60, every=30, late=(0, 12, 25), amount=300)
    made.add("partner", 4, every=30, late=(0,), amount=500, terms="NET30")
    return made


def one(found: Mapping[str, Any], name: str) -> Found:
    (each,) = [each for each in found["candidates"] if each["candidate"] == name]
    return dict(each)


def gate(found: Mapping[str, Any], name: str, number: int) -> Found:
    return dict(one(found, name)["gates"][number - 1])


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return opened(tmp_path_factory.mktemp("company") / "pilot", company())


@pytest.fixture(scope="module")
def found(pilot: Pilot) -> Found:
    return segments(pilot)


def test_the_clean_and_large_segment_is_recommended_with_its_reasons(found: Found) -> None:
    assert found["verdict"] == "recommended"
    first = found["candidates"][0]
    assert first["candidate"] == found["recommended"]
    assert first["passes"]
    assert found["sentence"].startswith(f"Take {first['candidate']}:")
    assert "of weightings" in found["sentence"]
    assert all(each["because"] for each in found["candidates"])


def test_a_spotless_tiny_segment_does_not_win(found: Found) -> None:
    tiny = one(found, "Tier partner")
    assert not tiny["passes"]
    assert "Too small to tell" in gate(found, "Tier partner", 2)["because"]
    assert tiny["score"] < one(found, "Tier mid")["score"]


def test_every_gate_says_why(found: Found) -> None:
    for each in found["candidates"]:
        assert [gate["gate"] for gate in each["gates"]] == [1, 2, 3, 4, 5, 6]
        assert all(gate["because"].endswith(".") for gate in each["gates"])


def test_the_ten_largest_are_carved_out_by_name(found: Found, pilot: Pilot) -> None:
    everybody = one(found, "Country US")
    assert sorted(everybody["carved_out"]) == [f"top-{n:02}" for n in range(10)]
    assert "'top-00'" in everybody["where"]
    assert one(found, "Tier mid")["carved_out"] == []


def test_headroom_is_lateness_times_money_due_a_day_and_not_in_the_score(found: Found) -> None:
    mid = one(found, "Tier mid")
    assert mid["headroom"] == pytest.approx(
        Decimal(str(mid["rdpd30"])) * mid["due_per_day"], rel=Decimal("0.001")
    )
    # Late by 0, 3, 9 and 20 days in turn: 8 on average.
    assert mid["rdpd30"] == pytest.approx(8, abs=0.5)
    weights = sum(part["weight"] for part in mid["components"])
    points = sum(part["weight"] * part["points"] for part in mid["components"])
    assert mid["score"] == pytest.approx(points / weights)


def test_minimum_detectable_days_fall_with_customers_and_come_out_the_same(
    found: Found, pilot: Pilot
) -> None:
    mid, partner = (one(found, name)["power"] for name in ("Tier mid", "Tier partner"))
    assert [row["read_out"] for row in mid] == [60, 90, 120]
    assert all(row["days"] is not None for row in mid)
    assert partner[1]["days"] is None
    assert "pays alike" in partner[1]["why"]
    again = segments(pilot)
    assert one(again, "Tier mid")["power"] == mid


def test_invoices_due_are_counted_for_sixty_days(found: Found) -> None:
    # Forty customers billed every ten days: six in sixty days each.
    assert one(found, "Tier mid")["invoices_due_60"] == pytest.approx(240, abs=3)


def test_no_control_customer_is_a_sibling_or_in_the_pilot(tmp_path: Path) -> None:
    made = company()
    made.add("sister", 2, every=10)
    made.customers = [
        row.replace("| sister-00 |  |", "| sister-00 | mid-00 |") for row in made.customers
    ]
    pilot = opened(tmp_path / "pilot", made)
    mid = one(segments(pilot), "Tier mid")
    assert mid["siblings"] == ["sister-00"]
    settings = f'[segment]\nwhere = "{mid["where"]}"\n[control]\nwhere = "{mid["control_where"]}"\n'
    (tmp_path / "pilot" / "pilot.toml").write_text(settings, encoding="utf-8")
    with Pilot.open(tmp_path / "pilot").day() as day:
        rows = day.select("select customer_id, arm from customers natural join arms")
    control = {row["customer_id"] for row in rows if row["arm"] == "CONTROL"}
    inside = {row["customer_id"] for row in rows if row["arm"] == "SEGMENT"}
    assert inside == {f"mid-{n:02}" for n in range(40)}
    assert "sister-00" not in control
    assert "sister-01" in control
    assert not control & {f"top-{n:02}" for n in range(10)}


def test_siblings_in_the_control_that_is_set_are_refused(tmp_path: Path) -> None:
    made = company()
    made.customers = [row.replace("| smb-00 |  |", "| smb-00 | mid-00 |") for row in made.customers]
    settings = "[segment]\nwhere = \"tier = 'mid'\"\n[control]\nwhere = \"tier = 'smb'\"\n"
    pilot = opened(tmp_path / "pilot", made, settings)
    found = segments(pilot)
    refused = gate(found, "As pilot.toml sets it", 6)
    assert not refused["ok"]
    assert "siblings" in refused["because"]
    assert "smb-00" in refused["because"]
    # Asked by itself, the pilot's own segment has the same gates.
    with pilot.day() as day:
        own = own_segment_gates(day, pilot.settings)
    assert [each._asdict() for each in own] == one(found, "As pilot.toml sets it")["gates"]


def test_an_account_without_an_owner_fails_the_gate_by_name(tmp_path: Path) -> None:
    made = company()
    made.customers[10] = made.customers[10].replace("P-1", "P-2")
    found = segments(opened(tmp_path / "pilot", made))
    refused = gate(found, "Tier mid", 5)
    assert not refused["ok"]
    assert refused["because"] == "mid-00 has no owner who is still here: name one."


def test_overlapping_windows_are_refused_with_the_reason(tmp_path: Path) -> None:
    windows = (
        "[windows]\nselection = [2025-01-01, 2025-06-30]\nbaseline = [2025-06-30, 2025-12-31]\n"
    )
    found = segments(opened(tmp_path / "pilot", company(), windows))
    assert found["verdict"] == "refused"
    assert "overlaps baseline" in found["sentence"]
    assert found["candidates"] == []


def test_without_control_totals_nobody_passes(tmp_path: Path) -> None:
    found = segments(opened(tmp_path / "pilot", company(), ties=False))
    assert found["verdict"] == "none"
    assert found["recommended"] is None
    assert "load control_totals.csv" in gate(found, "Tier mid", 1)["because"]


def test_an_effect_too_small_for_the_segment_fails_its_power(tmp_path: Path) -> None:
    found = segments(opened(tmp_path / "pilot", company(), "[choosing]\nworthwhile_days = 0.1\n"))
    refused = gate(found, "Tier mid", 2)
    assert not refused["ok"]
    assert "0.1 finance says would pay" in refused["because"]


def test_the_block_for_pilot_toml_reads_back(found: Found) -> None:
    first = found["candidates"][0]
    read = Settings.model_validate(tomllib.loads(as_toml(first, found["windows"])))
    assert read.segment.where == first["where"]
    assert read.control.where == first["control_where"]
    assert not read.overlap
    assert read.windows.selection == tuple(found["windows"]["selection"])
