"""Time to cash: every section answers its question, ties, and opens what is behind it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session
from pipeline.pilot import Pilot
from tests.drawn import draw
from tests.pages.conftest import REPOSITORY, Open

PAGE = "prove/time_to_cash"
KEYS = (
    *("bridge_days", "bridge_money", "still_open", "ages"),
    *("matrix", "cohort_matrix", "cohort_curves"),
)


def words(app: AppTest) -> str:
    """Every word on the page, Markdown's escapes taken off."""
    parts = [*app.title, *app.markdown, *app.caption, *app.info, *app.warning]
    return re.sub(r"\\(.)", r"\1", "\n".join(str(part.value) for part in parts))


def on(monkeypatch: pytest.MonkeyPatch, folder: Path) -> AppTest:
    """The page on another pilot."""
    monkeypatch.setenv("COUNTBACK_PILOT", str(folder))
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60).run()
    app.switch_page(f"pages/{PAGE}.py").run()
    assert not app.exception
    session.forget_everything()
    return app


SETTINGS = """
[pilot]
started_on = 2026-01-01
as_of = 2026-03-31
[segment]
where = "tier = 'mid'"
[control]
where = "tier = 'smb'"
"""
BOOKS = """
    customers.csv
    customer_id | name  | tier
    c1          | Acme  | mid
    c2          | Bravo | smb

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2025-10-01 | 2025-10-31 | 100.00 | USD
    B          | c1          | 2026-01-15 | 2026-02-14 | 100.00 | USD
    C          | c2          | 2026-01-15 | 2026-02-14 | 100.00 | USD
    D          | c1          | 2026-03-05 | 2026-04-04 | 100.00 | USD

    applications.csv
    application_id | invoice_id | kind | effective_on | amount
    a1             | A          | cash | 2025-11-05   | 100.00
    a2             | B          | cash | 2026-03-05   | 100.00
"""


def test_every_section_says_its_answer_and_can_be_read_as_a_table(open_app: Open) -> None:
    app = open_app(PAGE)
    said = words(app)
    assert [header.value[0] for header in app.header] == list("123456")
    assert re.search(r"DSO went from \d+\.\d\d to \d+\.\d\d days", said)
    assert "From the close of 30 January 2026, the day before go-live" in said
    assert "uncollected balance schedule" in said
    assert "ties to the cent" in said
    assert "does not tie" not in said
    assert "No promise to pay is on the record" in said
    behind = [e for e in app.expander if e.label == "How this is counted"]
    assert len(behind) == 5
    tables = len(app.dataframe)
    for key in KEYS:
        app.toggle(key=f"{key}_as_table").set_value(True)
    app.toggle(key="ages_share").set_value(True)
    app.selectbox(key="cell_from").select("1-30")
    app.run()
    assert not app.exception
    assert len(app.dataframe) == tables + len(KEYS)
    cell = next(f for f in app.dataframe if "from_bucket" in f.value.columns).value
    assert set(cell["from_bucket"]) == {"1-30"}
    _adds_up(next(f for f in app.dataframe if "step" in f.value.columns).value)


def _adds_up(rows: Any) -> None:
    """The bridge's table, for segment and control, to the cent and to a hundredth of a day."""
    for column in ("pilot_money", "control_money", "pilot_days", "control_days"):
        values = [Decimal(f"{value:.2f}") for value in rows[column]]
        assert sum(values[:-1]) == values[-1]


def test_the_control_has_figures_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = on(monkeypatch, draw(tmp_path / "p", BOOKS, SETTINGS).folder)
    app.session_state["cash_arm"] = "control"
    app.session_state["rolled_days"] = 7
    app.run()
    assert not app.exception
    said = words(app)
    assert "**$100.00** opening + $0.00 billed" in said
    assert "No bridge in USD: the files go back 16 days, fewer than the 90 of the period" in said


def test_before_the_first_read_out_the_ages_and_rolls_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    late = SETTINGS.replace("started_on = 2026-01-01", "started_on = 2026-03-01")
    said = words(on(monkeypatch, draw(tmp_path / "p", BOOKS, late).folder))
    assert "No read-out is due yet: the first is at the close of 2026-04-29" in said
    assert "the curves are drawn from day 60 on" in said
    assert "ties to the cent" in said


def test_without_day_0_and_segment_everybody_is_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = "[pilot]\nas_of = 2026-03-31\n"
    said = words(on(monkeypatch, draw(tmp_path / "p", BOOKS, bare).folder))
    assert "Every customer is counted" in said
    assert "No day 0 is set" in said
    assert "The curves compare a segment before and after go-live" in said
    assert "ties to the cent" in said


def test_without_a_control_the_segment_is_drawn_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alone = SETTINGS[: SETTINGS.index("[control]")]
    said = words(on(monkeypatch, draw(tmp_path / "p", BOOKS, alone).folder))
    assert "No control is set: only the segment is drawn" in said
    assert "DSO went from" in said


def test_an_empty_pilot_is_sent_to_its_exports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = Pilot.create(tmp_path / "empty").folder
    assert "No invoice is loaded yet" in words(on(monkeypatch, folder))


def test_an_aging_report_alone_shows_today_and_says_what_would_show_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2026-01-15 | 2026-02-14 | 100.00 | USD
"""
    pilot = draw(tmp_path / "pilot", report, "[pilot]\nas_of = 2026-03-31\n")
    app = on(monkeypatch, pilot.folder)
    assert "nothing of what was paid before" in words(app)
    assert not app.header
    app.toggle(key="ages_now_as_table").set_value(True).run()
    assert not app.exception


def test_a_bar_of_the_bridge_opens_its_invoices_and_the_ends_add_up(open_app: Open) -> None:
    app = open_app(PAGE)
    app.selectbox(key="bridge_bar").set_value("after").run()
    assert not app.exception
    rows = next(f.value for f in app.dataframe if "disputed_after" in f.value.columns)
    app.toggle(key="bridge_money_as_table").set_value(True).run()
    steps = next(f.value for f in app.dataframe if "pilot_money" in f.value.columns)
    end = steps[steps["step"] == "after"]["pilot_money"].iloc[0]
    assert round(sum(rows["open_after"]), 2) == round(end, 2) > 0
