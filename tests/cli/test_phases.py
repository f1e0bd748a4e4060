"""`phases`: where the pilot stands as JSON and in lines, and steps from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.drawing import call


def test_phases_says_what_holds_and_what_is_missing(drawn: Path) -> None:
    found = call("phases", "--pilot", drawn, "--as-of", "2026-02-10", "--json").data
    assert (found["phase"], found["by_dates"], found["recorded"]) == ("copilot", "copilot", None)
    assert (found["may_approve"], found["may_batch"], found["locked"]) == (True, False, "")
    names = {each["phase"]: [one["name"] for one in each["criteria"]] for each in found["phases"]}
    assert list(names) == ["instrument", "copilot", "cadence"]
    assert "timed follow-ups" in names["instrument"]
    assert {"override rate", "planted defects", "dispute hours"} <= set(names["copilot"])
    every = [one for each in found["phases"] for one in each["criteria"]]
    assert all((one["state"] == "met") == (one["missing"] == "") for one in every)
    lines = call("phases", "--pilot", drawn, "--as-of", "2026-02-10").out.splitlines()
    assert lines[0] == found["sentence"]


def test_a_step_is_taken_by_name_and_locks_what_it_says(pilot: Path) -> None:
    at = ("--pilot", pilot, "--as-of", "2026-02-10")
    refused = call("phases", "--go-on", "copilot", "--by", "Eva", *at)
    assert (refused.status, "or give the reason" in refused.err) == (1, True)
    assert call("phases", "--go-on", "copilot", *at).status == 2
    step = call("phases", "--go-on", "copilot", "--by", "Eva", "--reason", "a trial", *at, "--json")
    assert (step.status, step.data["kind"], step.data["payload"]["to"]) == (
        0,
        "phase_changed",
        "copilot",
    )
    assert call("phases", "--go-back", "instrument", "--by", "Eva", *at).status == 0
    found = call("phases", *at, "--json").data
    assert (found["phase"], found["may_approve"]) == ("instrument", False)
    assert [one["to"] for one in found["steps"]] == ["copilot", "instrument"]
