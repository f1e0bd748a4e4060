"""A reviewer who approves without reading: the warning stands wherever the rate is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session
from pipeline.pilot import Pilot
from pipeline.report.metrics import four, metrics_section
from tests.drawn import draw
from tests.pages.conftest import REPOSITORY, said
from tests.proving.reviewers import RUBBER_STAMPING, reviewed

WARNING = "Overrides fall while a draft is looked at for 6 s instead of 120 s: rubber-stamping"


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pilot whose reviewer stopped reading in the fifth week."""
    folder = tmp_path_factory.mktemp("stamped") / "pilot"
    return reviewed(lambda *given: draw(folder, *given), RUBBER_STAMPING).folder


@pytest.fixture
def app(stamped: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("COUNTBACK_PILOT", str(stamped))
    opened = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
    opened.session_state["as_of"] = date(2026, 3, 31)
    yield opened.run()
    session.forget_everything()


def test_the_pilot_page_warns_beside_the_rate_and_on_the_card(app: AppTest) -> None:
    app.switch_page("pages/prove/pilot.py").run()
    assert not app.exception
    assert [w.value for w in app.warning if WARNING in w.value]
    assert any(WARNING in caption.value for caption in app.caption), "on the card as well"
    words = said(app)
    assert "Rubber-stamping is suspected: do not extend." in words
    assert "Pilot week 8 (25 February 2026, 36 of 80 drafts)" in words
    assert "Week 8 of drafts (27 March 2026, 42 of 160 drafts)" in words
    told = {box.label: (box.value, box.delta) for box in app.metric}
    assert told["Judged faster than it reads"] == ("80 of 160", "reading takes 20 s")
    assert told["Active seconds per draft"] == ("6 s", "120 s in the first weeks")
    assert told["Defects per 100 sent"] == ("–", "nothing was handed over yet")


def test_the_overrides_page_warns_and_shows_what_it_rests_on(app: AppTest) -> None:
    app.switch_page("pages/prove/overrides.py").run()
    assert not app.exception
    assert [w.value for w in app.warning if WARNING in w.value]
    matrix = next(d.value for d in app.dataframe if "planted_defects_caught" in d.value.columns)
    chosen = matrix[matrix["here"] != ""]
    assert list(chosen["reading"]) == ["Rubber-stamping"]
    thresholds = next(d.value for d in app.dataframe if "hter" in d.value.columns)
    assert list(thresholds["hter"]) == [0.05, 0.10, 0.20, 0.30]
    teams = next(d.value for d in app.dataframe if "team" in d.value.columns)
    assert list(teams["team"]) == ["collections"]
    assert not any(button.label.lower().startswith("hide") for button in app.button)


def test_the_readout_says_it_in_the_same_row(stamped: Path) -> None:
    pilot = Pilot.open(stamped)
    with pilot.day() as day:
        section = metrics_section(*four(day, pilot.settings), pilot.settings, day.as_of)
    (table,) = section.tables
    assert any(WARNING in str(cell.text) for cell in table.rows[3])
