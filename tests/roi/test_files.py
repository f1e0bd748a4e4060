"""A scenario as a file: short and long forms, every fault by name, and it reads back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.model import CountbackError, WrongCall
from pipeline.roi import Given, as_toml, case, chosen, read_inputs
from pipeline.roi.inputs import Input
from pipeline.roi.scenario import overruled
from tests.conftest import REPOSITORY


def read(tmp_path: Path, text: str) -> Given:
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return read_inputs(path)


def test_a_bare_number_is_a_base_without_a_range(tmp_path: Path) -> None:
    accounts = read(tmp_path, "accounts = 90\n").inputs["accounts"]
    assert (accounts.low, accounts.base, accounts.high, accounts.tag) == (90, 90, 90, "given")


def test_a_table_holds_range_source_date_and_grade(tmp_path: Path) -> None:
    text = '[wage]\nlow = 1.5\nbase = 2\nhigh = 3\nsource = "HR"\ndated = 2026-03-31\ngrade = "A"\n'
    wage = read(tmp_path, text).inputs["wage"]
    assert (wage.low, wage.base, wage.high) == (Decimal("1.5"), 2, 3)
    assert (wage.source, wage.dated, wage.grade) == ("HR", "2026-03-31", "A")


FAULTS = (
    ("acounts = 90", "acounts", "accounts"),
    ("hurly = 90", "hurly", "known are"),
    ("[accounts]\nbasis = 9", "accounts.basis", "accounts.base"),
    ("[accounts]\nlow = 9", "accounts", "base"),
    ('accounts = "many"', "accounts.base", "'many'"),
    ("accounts = true", "accounts.base", "True"),
    ("accounts = nan", "accounts.base", "finite"),
    ("accounts = inf", "accounts.base", "finite"),
    ("accounts = 1e400", "accounts.base", "digits"),
    ("accounts = -1", "accounts", "-1"),
    ("override_rate = 25", "override_rate", "25"),
    ("wage_share = 0", "wage_share", "0"),
    ("[review_minutes]\nlow = 5\nbase = 4\nhigh = 6", "review_minutes", "ascend"),
    ('[wage]\nbase = 1\ngrade = "Z"', "wage.grade", "'Z'"),
    ("[wage]\nbase = 1\nsource = 7", "wage.source", "7"),
    ("[wage]\nbase = 1\nreplaces_measured = 1", "wage.replaces_measured", "true nor false"),
    ('currency = "DOLLARS"', "currency", "DOLLARS"),
    ("seed = -1", "seed", "-1"),
    ("accounts = \nx", "TOML", "line 1"),
)


@pytest.mark.parametrize(("text", "key", "word"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_one_sentence_that_names_file_and_key(
    tmp_path: Path, text: str, key: str, word: str
) -> None:
    with pytest.raises(WrongCall) as refused:
        read(tmp_path, text)
    said = str(refused.value)
    assert str(tmp_path / "scenario.toml") in said
    assert key in said
    assert word in said
    assert said.endswith(".")
    assert "\n" not in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match=r"nowhere\.toml: cannot be read"):
        read_inputs(tmp_path / "nowhere.toml")


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    text = '[wage]\nlow = 1.5\nbase = 2\nhigh = 3\nsource = "\\"HR\\", by\\u2028mail\\u007f"\n'
    first = read(tmp_path, f"{text}\n[accounts]\nbase = 12\nreplaces_measured = true\n")
    scenario = chosen(first, "EUR", measured(accounts=(10, 12, 14)), Decimal("0.9"))
    again = read(tmp_path, as_toml(scenario.values(), "EUR", 5))
    assert again.inputs == first.inputs
    assert (again.replacing, again.currency, again.seed) == (first.replacing, "EUR", 5)
    assert chosen(again, "EUR", measured(accounts=(10, 12, 14)), Decimal("0.9")) == scenario


# --- which value counts --------------------------------------------------------------------


def measured(**ranges: tuple[object, object, object]) -> dict[str, Input]:
    return {
        name: Input(name=name, low=low, base=base, high=high, tag="measured", source="the books")
        for name, (low, base, high) in ranges.items()
    }


def test_a_measurement_stands_against_a_given_value_and_says_so(tmp_path: Path) -> None:
    given = read(tmp_path, "accounts = 90\n")
    scenario = chosen(given, "USD", measured(accounts=(10, 12, 14)))
    assert (scenario["accounts"].base, scenario["accounts"].tag) == (12, "measured")
    (note,) = overruled(given, scenario)
    assert "accounts: the file says 90, and the pilot measured 12" in note


def test_a_given_value_stands_when_the_file_insists(tmp_path: Path) -> None:
    given = read(tmp_path, "[accounts]\nbase = 90\nreplaces_measured = true\n")
    scenario = chosen(given, "USD", measured(accounts=(10, 12, 14)))
    assert (scenario["accounts"].base, scenario["accounts"].tag) == (90, "given")
    assert scenario["accounts"].replaces == "measured 12"
    assert overruled(given, scenario) == []


def test_what_nobody_knows_is_a_stated_assumption() -> None:
    scenario = chosen(Given(), "USD")
    assert {given.tag for given in scenario.values()} == {"assumed"}
    assert (scenario["wage"].base, scenario["wage"].grade) == (46_040, "B")
    assert scenario["dso_days"].base == 0


def test_dollars_are_turned_at_the_stated_rate_and_the_source_says_so() -> None:
    scenario = chosen(Given(), "EUR", dollar=Decimal("0.5"))
    assert scenario["wage"].base == 23_020
    assert scenario["accounts"].base == 90
    assert "US dollars at 0.5" in scenario["wage"].source
    assert case(scenario, "EUR")["currency"] == "EUR"


def test_dollars_are_never_taken_for_another_currency() -> None:
    with pytest.raises(CountbackError, match=r"wage.* can only be assumed in US dollars"):
        chosen(Given(), "EUR")


def test_inputs_in_another_currency_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match=r"in EUR and the pilot reports in USD"):
        chosen(read(tmp_path, 'currency = "EUR"\n'), "USD")


def test_the_example_that_ships_is_read_and_loses_money() -> None:
    given = read_inputs(REPOSITORY / "docs" / "roi-example.toml")
    found = case(chosen(given, "USD"), "USD", given.seed)
    assert found["first_year_net"] == Decimal("-10783.24")
    assert found["confidence"]["low"] < found["first_year_net"] < found["confidence"]["high"]
