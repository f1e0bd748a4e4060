"""Before and after on the page: the verdict, what next by the rule, and what could make it lie."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages.parts.doubts import _CROWDED
from pages.parts.phases import marks
from pipeline.pilot import Pilot
from pipeline.protocol import charter, sign

PAGE = "prove/before_after"
Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """Every word on the page, Markdown's escapes taken off."""
    parts = [*app.markdown, *app.caption, *app.info]
    return re.sub(r"\\(.)", r"\1", "\n".join(str(part.value) for part in parts))


def test_the_verdict_then_what_next_by_the_signed_rule_then_what_could_make_it_lie(
    open_app: Open, folder: Path
) -> None:
    pilot = Pilot.open(folder)
    at, on = datetime(2026, 1, 2, 9, tzinfo=UTC), date(2026, 1, 2)
    with closing(pilot.ledger()) as ledger:
        sign(ledger, charter(pilot.settings), pilot.settings, by="Priya", now=at, on_day=on)
    app = open_app(PAGE)
    words = said(app)
    assert "“Extend if days past due at payment fall by at least 3 days" in words
    assert "(fixed on 2 January 2026, signed by Priya)" in words
    table = next(str(m.value) for m in app.markdown if "The rule asks" in str(m.value))
    assert table.count("\n") == 5, "a line for each of the four conditions"
    assert "What would change it:" in words
    assert "Rung 2 of 4" in words
    parts = ("Cannot tell at day 90", "By the rule: hold", "drifted against the control")
    places = [words.index(part) for part in parts]
    assert places == sorted(places)
    for key in ("event_study", "placebo", "effect"):
        app.toggle(key=f"{key}_as_table").set_value(True)
    app.run()
    assert not app.exception
    tables = [set(frame.value.columns) for frame in app.dataframe]
    for columns in (
        {"due_from", "change_days", "pilot_invoices"},
        {"go_live", "is_real", "change_days"},
        {"part", "share_before", "share_after"},
    ):
        assert any(columns <= names for names in tables), columns
    lines = next(f.value for f in app.dataframe if "is_sensitivity" in f.value.columns)
    assert list(lines["is_sensitivity"]) == [False] * 3 + [True] * 6


def test_before_the_first_read_out_the_rule_is_there_and_nothing_is_judged(
    open_app: Open,
) -> None:
    app = open_app("work/queue")
    app.session_state["as_of"] = date(2026, 2, 10)
    app.switch_page(f"pages/{PAGE}.py").run()
    assert not app.exception
    words = said(app)
    assert "What next: not judged yet" in words
    assert "The rule was never fixed: nobody has signed the protocol" in words
    assert "“Extend if days past due at payment fall" in words


def test_without_a_control_the_ladder_says_what_is_left(open_app: Open, folder: Path) -> None:
    toml = folder / "pilot.toml"
    without = re.sub(
        r"\[control\].*?\[windows\]", "[windows]", toml.read_text("utf-8"), flags=re.DOTALL
    )
    toml.write_text(without, "utf-8")
    words = said(open_app(PAGE))
    assert "Nothing to compare yet" in words
    assert "Rung 4 of 4: Before and after of the pilot alone. Only an illustration" in words


def test_the_days_left_out_of_a_narrow_axis_are_days_that_marks_know(folder: Path) -> None:
    named = {mark.label for mark in marks(Pilot.open(folder).settings)}
    assert named - _CROWDED == {"go-live, day 30"}
