"""`roi` by its contract: the worked case, both forms, tags, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.drawing import call, refused
from tests.conftest import REPOSITORY
from tests.roi.test_reckoning import FREE, OURS

KEYS = {
    *("as_of", "customers", "currency", "verdict", "sentence", "inputs", "article", "corrected"),
    *("why_they_differ", "hours", "cash", "financing_per_year", "first_year", "first_year_net"),
    *("payback_months", "cost_per_follow_up", "break_even", "cases", "confidence", "tornado"),
    *("assumed", "warnings"),
}


def worked(shared: Path, tmp_path: Path, **changed: float) -> Path:
    """The worked case as a file of inputs."""
    oracle = json.loads((shared / "oracles" / "score_roi_oracle.json").read_text("utf-8"))
    inputs = {**oracle["roi_inputs"], **changed}
    lines = [f"{OURS[name]} = {value}" for name, value in inputs.items()]
    path = tmp_path / "inputs.toml"
    path.write_text("\n".join([*lines, *(f"{name} = 0" for name in FREE)]), encoding="utf-8")
    return path


def test_the_worked_case_to_the_cent(shared: Path, tmp_path: Path) -> None:
    said = call("roi", "--inputs", worked(shared, tmp_path), "--json")
    assert (said.status, said.err) == (0, "")
    data = said.data
    assert set(data) == KEYS
    assert data["article"]["hours_per_cycle"] == 72.0
    corrected = data["corrected"]
    assert (corrected["hours_before"], corrected["hours_after"]) == (33.0, 17.75)
    assert corrected["hours_saved_per_month"] == 30.5
    assert (corrected["loaded_rate"], corrected["labour_per_month"]) == ("31.62", "482.22")
    assert data["cash"] == {"one_dso_day": "16438.36", "released_once": "32876.71"}
    assert (data["financing_per_year"], data["first_year_net"]) == ("2630.14", "-10783.24")
    assert data["payback_months"] == pytest.approx(118.3472933211966)
    assert data["break_even"]["dso_days"] == pytest.approx(10.199757039835166)
    assert data["verdict"] == "does not pay"


def test_a_file_alone_asks_no_pilot(shared: Path, tmp_path: Path) -> None:
    data = call("roi", "--inputs", worked(shared, tmp_path), "--json").data
    assert (data["as_of"], data["customers"], data["currency"]) == (None, None, "USD")
    assert data["assumed"] == []
    assert {given["tag"] for given in data["inputs"]} == {"given"}


def test_a_pilot_measures_what_it_can(drawn: Path) -> None:
    data = call("roi", "--pilot", drawn, "--json").data
    assert (data["as_of"], data["customers"]) == ("2026-03-31", "SEGMENT")
    tags = {given["name"]: given["tag"] for given in data["inputs"]}
    assert (tags["accounts"], tags["wage"], tags["dso_days"]) == ("measured", "assumed", "assumed")
    for given in data["inputs"]:
        assert {*("name", "low", "base", "high", "tag", "source", "dated", "grade")} <= set(given)
        assert given["source"]
        assert given["grade"] in ("A", "B", "")


def test_a_measurement_stands_against_the_file_unless_it_insists(
    drawn: Path, tmp_path: Path
) -> None:
    path = tmp_path / "inputs.toml"
    path.write_text("accounts = 900\n", encoding="utf-8")
    data = call("roi", "--pilot", drawn, "--inputs", path, "--json").data
    assert data["inputs"][0]["tag"] == "measured"
    assert any("the file says 900" in warning for warning in data["warnings"])
    path.write_text("[accounts]\nbase = 900\nreplaces_measured = true\n", encoding="utf-8")
    data = call("roi", "--pilot", drawn, "--inputs", path, "--json").data
    assert (data["inputs"][0]["base"], data["inputs"][0]["tag"]) == (900, "given")


def test_the_same_call_says_the_same(drawn: Path) -> None:
    assert (
        call("roi", "--pilot", drawn, "--json").out == call("roi", "--pilot", drawn, "--json").out
    )


def test_people_read_the_claim_first(shared: Path, tmp_path: Path) -> None:
    said = call("roi", "--inputs", worked(shared, tmp_path))
    lines = said.out.splitlines()
    assert lines[0].startswith("It does not pay for itself in the first year")
    assert "net -$10,783.24" in lines[0]
    assert any(line.split() == ["first-year", "net", "-$10,783.24"] for line in lines)
    assert any("Cash released once: $32,876.71 (in no sum above" in line for line in lines)


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "inputs.toml"
    path.write_text("acounts = 90\n", encoding="utf-8")
    refused(call("roi", "--inputs", path, "--json"), 2, path, "acounts", "accounts")


def test_inputs_that_are_not_there(tmp_path: Path) -> None:
    refused(call("roi", "--inputs", tmp_path / "x.toml"), 2, tmp_path / "x.toml", "cannot be read")


def test_a_pilot_that_is_not_there_or_holds_nothing(tmp_path: Path) -> None:
    refused(call("roi", "--pilot", tmp_path / "nowhere"), 2, tmp_path / "nowhere")
    refused(call("roi", "--pilot", tmp_path), 1, "no invoice")


# --- where to start ------------------------------------------------------------------------


def test_the_worked_company_is_told_to_start_elsewhere() -> None:
    said = call("opportunity", "--inputs", REPOSITORY / "docs" / "opportunity-example.toml")
    assert said.status == 0
    first, *reasons = said.out.splitlines()[:3]
    assert first.startswith("Not collections first: start with accounts payable coding")
    assert [reason.split()[0] for reason in reasons] == ["1.", "2."]


def test_opportunity_by_its_keys(drawn: Path) -> None:
    data = call("opportunity", "--pilot", drawn, "--json").data
    assert set(data) == {
        *("as_of", "currency", "first", "not_collections_first", "sentence", "reasons"),
        *("floor", "bands", "processes"),
    }
    assert data["as_of"] == "2026-03-31"
    for process in data["processes"]:
        assert set(process) == {
            *("name", "label", "score", "band", "below_floor", "missing", "what_would_change"),
            "components",
        }
        assert len(process["components"]) == 6
    ours = next(p for p in data["processes"] if p["name"] == "collections")
    tags = {part["name"]: part["tag"] for part in ours["components"]}
    assert (tags["data_trust"], tags["checkability"]) == ("measured", "assumed")


def test_an_unknown_key_of_a_candidate_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "candidates.toml"
    path.write_text("[process.renewals]\nhours = 3\n", encoding="utf-8")
    refused(call("opportunity", "--inputs", path), 2, path, "hours", "hours_per_month")


def test_candidates_in_another_currency_are_refused(drawn: Path, tmp_path: Path) -> None:
    path = tmp_path / "candidates.toml"
    path.write_text('currency = "EUR"\n', encoding="utf-8")
    refused(call("opportunity", "--pilot", drawn, "--inputs", path), 2, path, "EUR", "USD")
