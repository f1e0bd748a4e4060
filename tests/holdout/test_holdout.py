"""A holdout is drawn by lot before go-live, becomes the control, and stays on the old process."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.acting import Moment, decide_case, draft_case
from pipeline.holdout import Family, draw, draw_lots, holdout, likeness, withdraw
from pipeline.holdout.settings_text import with_control
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.settings import read_settings
from pipeline.statistics.balance import standardised_difference
from tests.cli.drawing import call
from tests.segments.conftest import Company, opened

ON = date(2026, 3, 31)  # the last day of the books: day 16
LIVE = date(2026, 4, 20)  # day 36
NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)
ACT = {"by": "Eva", "now": NOW, "on_day": ON}
START = """started_on = 2026-03-15

[segment]
name = "Mid"
where = "tier = 'mid'"

[control]   # the yardstick
kind = "comparison"
where = "tier = 'smb'"

[outbox]
gap_days = 5
"""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    company = Company()
    company.add("mid", 16, every=30, late=(0, 0, 2), amount=1000)
    company.add("mid2", 4, every=30, late=(20, 40), amount=3000, parent="holding")
    company.add("smb", 12, every=45, late=(9, 12), amount=300)
    company.customers = [row.replace("| mid2 |", "| mid |") for row in company.customers]
    folder = tmp_path_factory.mktemp("holdout") / "pilot"
    opened(folder, company, START, ties=False).books()
    return folder


@pytest.fixture
def pilot(drawn: Path, tmp_path: Path) -> Pilot:
    return Pilot.open(shutil.copytree(drawn, tmp_path / "pilot"))


def families(n: int, seed: int = 1) -> list[Family]:
    rng = random.Random(seed)
    return [
        Family(
            f"F{i:03}", (f"F{i:03}",), rng.lognormvariate(8, 1), rng.choice([0.0, 4.0, 19.0, None])
        )
        for i in range(n)
    ]


# --- the lot -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("ratio", "share"), [("1:1", 1 / 2), ("2:1", 1 / 3)])
def test_each_stratum_keeps_the_share_to_within_one_family(ratio: str, share: float) -> None:
    for seed in ("a", "b", "c", "d"):
        lots = draw_lots(families(60), ratio, seed)
        strata = {(lot.size, lot.lateness) for lot in lots}
        assert len(strata) >= 6
        for stratum in strata:
            those = [lot for lot in lots if (lot.size, lot.lateness) == stratum]
            assert abs(sum(lot.is_held for lot in those) - share * len(those)) < 1
        assert abs(sum(lot.is_held for lot in lots) - share * 60) < 1


def test_the_same_seed_gives_the_same_list_and_another_one_another() -> None:
    def held(seed: str, order: list[Family]) -> set[str]:
        return {lot.family.name for lot in draw_lots(order, "1:1", seed) if lot.is_held}

    known = families(40)
    assert held("a", known) == held("a", known[::-1])
    assert held("a", known) != held("b", known)


def test_over_many_seeds_every_family_is_as_likely_to_wait() -> None:
    known = families(30)
    times = dict.fromkeys((one.name for one in known), 0)
    for seed in range(400):
        for lot in draw_lots(known, "1:1", str(seed)):
            times[lot.family.name] += lot.is_held
    # 400 draws at one half: 200, give or take four standard deviations of 10.
    assert all(160 <= n <= 240 for n in times.values()), times


# --- on the record -----------------------------------------------------------------------------


def test_the_draw_becomes_the_control_with_siblings_together_and_nobody_in_both(
    pilot: Pilot,
) -> None:
    entry = draw(pilot, ratio="1:1", **ACT)  # type: ignore[arg-type]
    said = entry.payload
    assert (entry.by, said["ratio"]) == ("Eva", "1:1")
    waiting, piloted = set(said["customers"]), set(said["pilot_customers"])
    assert (len(waiting | piloted), waiting & piloted) == (20, set())
    siblings = {f"mid2-{n:02}" for n in range(4)}
    assert siblings <= waiting or siblings <= piloted
    settings = Pilot.open(pilot.folder).settings
    assert (settings.control.kind, settings.outbox.gap_days) == ("holdout", 5)
    assert "# the yardstick" in (pilot.folder / "pilot.toml").read_text()
    again = Pilot.open(pilot.folder)
    with again.day(ON) as day:
        arms = {
            arm: {row["customer_id"] for row in day.metric("arm_customers", customers=arm).rows}
            for arm in ("SEGMENT", "CONTROL")
        }
        found = holdout(day, again, again.entries())
    assert arms == {"SEGMENT": piloted, "CONTROL": waiting}
    assert (found["is_drawn"], found["is_control"]) == (True, True)
    assert (found["likeness"]["siblings"], found["likeness"]["in_both"]) == ([], [])
    with pytest.raises(CountbackError, match="Eva drew the holdout on 2026-03-31: withdraw"):
        draw(pilot, ratio="1:1", **ACT)  # type: ignore[arg-type]


def test_a_withdrawn_draw_puts_the_control_back_and_the_next_gives_the_same_list(
    pilot: Pilot,
) -> None:
    before = read_settings(pilot.folder / "pilot.toml")
    first = draw(pilot, ratio="2:1", **ACT)  # type: ignore[arg-type]
    with pytest.raises(WrongCall, match="needs its reason"):
        withdraw(pilot, reason=" ", **ACT)  # type: ignore[arg-type]
    withdraw(pilot, reason="wrong ratio", **ACT)  # type: ignore[arg-type]
    assert read_settings(pilot.folder / "pilot.toml") == before
    second = draw(pilot, ratio="2:1", **ACT)  # type: ignore[arg-type]
    assert second.payload["fingerprint"] == first.payload["fingerprint"]


def test_after_go_live_nobody_draws_whatever_day_is_looked_from(pilot: Pilot) -> None:
    late = {**ACT, "on_day": date(2026, 4, 14)}
    with pytest.raises(CountbackError, match="Go-live was 2026-04-14"):
        draw(pilot, ratio="1:1", **late)  # type: ignore[arg-type]
    toml = pilot.folder / "pilot.toml"
    toml.write_text(toml.read_text().replace("2026-03-15", "2026-02-15"))
    back = {**ACT, "on_day": date(2026, 2, 20)}  # before go-live, but the books know March
    with pytest.raises(CountbackError, match="the pilot knows 2026-03-31"):
        draw(pilot, ratio="1:1", **back)  # type: ignore[arg-type]
    assert Pilot.open(pilot.folder).entries() == []


# --- on the old process ------------------------------------------------------------------------


def test_the_holdout_gets_no_draft_from_go_live_to_day_90(pilot: Pilot) -> None:
    waiting = set(draw(pilot, ratio="1:1", **ACT).payload["customers"])  # type: ignore[arg-type]
    pilot = Pilot.open(pilot.folder)
    with pilot.day(LIVE) as day:
        desk = pilot.desk(day)
        cases = [case for case in desk.cases if case.customer_id in waiting]
        assert cases
        made = draft_case(pilot, day, cases[0].case_id, desk)
        assert (made.draft.state, made.draft.body, made.note) == ("refused", "", "")
        assert "is in the holdout until day 90 (2026-06-13)" in made.draft.why
        with pytest.raises(CountbackError, match="in the holdout until day 90"):
            decide_case(pilot, day, cases[0].case_id, verdict="approve", moment=Moment("Eva", NOW))
        other = next(case for case in desk.cases if case.customer_id not in waiting)
        assert "holdout" not in draft_case(pilot, day, other.case_id, desk).draft.why
    for free in (date(2026, 4, 13), date(2026, 6, 13)):  # before go-live, and from day 90
        with pilot.day(free) as day:
            assert "holdout" not in draft_case(pilot, day, cases[0].case_id).draft.why


def test_the_verb_draws_shows_and_withdraws(pilot: Pilot) -> None:
    at = ("--pilot", pilot.folder)
    assert call("holdout", "--draw", "1:1", *at).status == 2  # nobody is named
    assert call("holdout", "--draw", "1:1", "--by", "Eva", *at).status == 0
    found = call("holdout", *at, "--json").data
    assert found["is_drawn"]
    assert len(found["customers"]) + len(found["pilot_customers"]) == 20
    lines = call("holdout", *at).out
    assert found["fingerprint"][:16] in lines
    assert call("holdout", "--withdraw", "--by", "Eva", *at).status == 2  # without a reason
    assert call("holdout", "--withdraw", "--reason", "later", "--by", "Eva", *at).status == 0
    assert call("holdout", *at, "--json").data["is_drawn"] is False


# --- how alike both are ------------------------------------------------------------------------


def test_the_similarity_table_says_how_far_apart_the_arms_are(pilot: Pilot) -> None:
    with pilot.day(ON) as day:
        found = likeness(day, pilot.settings)
    rows = {row["trait"]: row for row in found["rows"]}
    assert (found["pilot_customers"], found["control_customers"]) == (20, 12)
    assert rows["On terms NET30"]["standardised_difference"] == 0
    billed = rows["Billed in the year, median"]
    assert billed["pilot"] > 3 * billed["control"]
    assert billed["standardised_difference"] > 1
    assert billed["is_alike"] is False
    late = rows["Invoices paid late"]
    assert (late["control"], late["pilot"] < 0.6) == (1.0, True)


def test_siblings_in_the_control_and_customers_of_both_are_named(drawn: Path) -> None:
    pilot = Pilot.open(drawn)
    changed = pilot.settings.model_copy(
        update={
            "segment": pilot.settings.segment.model_copy(
                update={"where": "tier = 'mid' and customer_id <> 'mid2-03'"}
            ),
            "control": pilot.settings.control.model_copy(
                update={"where": "tier = 'smb' or customer_id in ('mid2-03', 'mid-01')"}
            ),
        }
    )
    other = Pilot(pilot.folder, changed)
    with other.day(ON) as day:
        found = likeness(day, changed)
    assert found["siblings"] == ["mid2-03"]
    assert found["in_both"] == ["mid-01"]


def test_standardised_differences_as_worked() -> None:
    # Means 3 and 1, variances 1 and 1 (of 2, 3, 4 and 0, 1, 2): two standard deviations apart.
    assert standardised_difference([2, 3, 4], [0, 1, 2]) == 2
    assert standardised_difference([1, 1], [1, 1]) == 0
    assert standardised_difference([1, 1], [0, 0]) is None
    assert standardised_difference([1], [0, 1]) is None


def test_a_file_that_cannot_be_changed_by_lines_is_left_alone() -> None:
    assert with_control("", "holdout", "true").splitlines()[1:] == [
        "[control]",
        'kind = "holdout"',
        'where = "true"',
    ]
    with pytest.raises(CountbackError, match="its own plain lines"):
        with_control('control = {kind = "comparison"}\n', "holdout", "true")
