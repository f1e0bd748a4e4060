"""Going on is a person's act, refused while something is missing; going back is always allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from pipeline.ledger import Ledger
from pipeline.model import CountbackError, WrongCall
from pipeline.phases import Criterion, go_back, go_on, standing
from pipeline.settings import Settings

NOW = datetime(2026, 2, 2, 9, tzinfo=UTC)
GO_LIVE = date(2026, 1, 31)
SETTINGS = Settings.model_validate({"pilot": {"started_on": date(2026, 1, 1)}})


def one(name: str, state: str, phase: str = "instrument") -> Criterion:
    return Criterion.model_validate(
        {"phase": phase, "name": name, "value": "", "target": "", "state": state}
    )


ALL_MET = {
    "instrument": (one("protocol", "met"),),
    "copilot": (one("override rate", "met", "copilot"),),
}


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    with closing(Ledger.open(address)) as opened:
        yield opened


def act(on: date = GO_LIVE) -> dict[str, object]:
    return {"by": "Eva", "now": NOW, "on_day": on}


def test_everything_met_needs_a_name_and_no_reason(ledger: Ledger) -> None:
    with pytest.raises(WrongCall, match="Nobody is named"):
        go_on(ledger, SETTINGS, ALL_MET, "copilot", by=" ", now=NOW, on_day=GO_LIVE)
    entry = go_on(ledger, SETTINGS, ALL_MET, "copilot", **act())  # type: ignore[arg-type]
    assert (entry.by, entry.payload["to"], entry.payload["unmet"]) == ("Eva", "copilot", [])
    with pytest.raises(CountbackError, match="Eva recorded copilot on 2026-01-31 already"):
        go_on(ledger, SETTINGS, ALL_MET, "copilot", **act())  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["not met", "not known"])
def test_what_is_missing_refuses_the_step_unless_somebody_says_why(
    ledger: Ledger, state: str
) -> None:
    short = {"instrument": (one("timed follow-ups", state), one("protocol", "met"))}
    with pytest.raises(CountbackError, match=f"“timed follow-ups” is {state}: mend it, or give"):
        go_on(ledger, SETTINGS, short, "copilot", **act())  # type: ignore[arg-type]
    assert ledger.entries() == []
    entry = go_on(
        ledger,
        SETTINGS,
        short,
        "copilot",
        reason="two of us are new",
        **act(),  # type: ignore[arg-type]
    )
    assert entry.payload["reason"] == "two of us are new"
    assert [each["name"] for each in entry.payload["unmet"]] == ["timed follow-ups"]


def test_no_reason_goes_on_before_the_dates_do(ledger: Ledger) -> None:
    with pytest.raises(CountbackError, match="from 2026-01-31 on; no reason shortens them"):
        go_on(
            ledger,
            SETTINGS,
            ALL_MET,
            "copilot",
            reason="in a hurry",
            **act(date(2026, 1, 30)),  # type: ignore[arg-type]
        )


def test_a_skipped_phase_wants_its_own_criteria_too(ledger: Ledger) -> None:
    short = {**ALL_MET, "instrument": (one("protocol", "not met"),)}
    day = date(2026, 3, 2)
    with pytest.raises(CountbackError, match="“protocol” is not met"):
        go_on(ledger, SETTINGS, short, "cadence", **act(day))  # type: ignore[arg-type]
    go_on(ledger, SETTINGS, ALL_MET, "copilot", **act(day))  # type: ignore[arg-type]
    # What copilot was let go with is not asked for again.
    go_on(ledger, SETTINGS, short, "cadence", **act(day))  # type: ignore[arg-type]


def test_going_back_is_always_allowed_and_holds_until_somebody_goes_on(ledger: Ledger) -> None:
    day = date(2026, 3, 10)  # cadence by its dates, nothing recorded
    entry = go_back(ledger, SETTINGS, "copilot", **act(day))  # type: ignore[arg-type]
    assert (entry.payload["from"], entry.payload["to"]) == ("cadence", "copilot")
    assert standing(SETTINGS, ledger.entries(), day).phase == "copilot"
    with pytest.raises(WrongCall, match="no tighter than what holds"):
        go_back(ledger, SETTINGS, "cadence", **act(day))  # type: ignore[arg-type]
    go_on(ledger, SETTINGS, ALL_MET, "cadence", **act(day))  # type: ignore[arg-type]
    assert standing(SETTINGS, ledger.entries(), day).phase == "cadence"


def test_a_phase_that_there_is_not_is_no_phase(ledger: Ledger) -> None:
    with pytest.raises(WrongCall, match="name one of instrument, copilot, cadence"):
        go_on(ledger, SETTINGS, ALL_MET, "autopilot", **act())  # type: ignore[arg-type]
