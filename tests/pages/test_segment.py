"""The page that chooses the segment: the recommendation first, reasons for all, rows behind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session
from pipeline.pilot import Pilot
from pipeline.segments import segments
from tests.pages.conftest import REPOSITORY, Open, said

PAGE = "prepare/segment"


def test_the_recommendation_comes_first_then_every_candidate_in_full(
    open_app: Open, folder: Path
) -> None:
    app = open_app(PAGE)
    found = segments(Pilot.open(folder))
    assert app.title[0].value == "Which customers should the pilot be?"
    words = said(app).replace("\\", "")
    assert found["sentence"] in words
    for gate in found["candidates"][0]["gates"]:
        assert gate["because"] in words
    tables = [frame.value for frame in app.dataframe]
    every = next(t for t in tables if "why" in t.columns)
    assert list(every["candidate"]) == [each["candidate"] for each in found["candidates"]]
    assert all(every["why"])
    block = next(code.value for code in app.code if code.value.startswith("[segment]"))
    assert tomllib.loads(block)["segment"]["where"] == found["candidates"][0]["where"]

    # Another one is looked at.
    place = next(n for n, each in enumerate(found["candidates"]) if each["trait"] == "tier_terms")
    app.selectbox(key="segment_candidate").set_value(place).run()
    assert not app.exception
    other = found["candidates"][place]
    block = next(code.value for code in app.code if code.value.startswith("[segment]"))
    assert tomllib.loads(block)["segment"]["where"] == other["where"]
    rows = next(f.value for f in app.dataframe if "step" in f.value.columns)
    assert len(rows) == other["waterfall"][0]["n"]


def test_overlapping_windows_are_refused_on_the_page(open_app: Open, folder: Path) -> None:
    path = folder / "pilot.toml"
    text = path.read_text(encoding="utf-8").replace(
        "[2025-01-01, 2025-06-30]", "[2025-01-01, 2025-09-30]"
    )
    path.write_text(text, encoding="utf-8")
    app = open_app(PAGE)
    assert "Refused:" in said(app)


def test_an_empty_pilot_says_what_to_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Pilot.create(tmp_path / "empty")
    monkeypatch.setenv("COUNTBACK_PILOT", str(tmp_path / "empty"))
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60).run()
    app.switch_page(f"pages/{PAGE}.py").run()
    assert not app.exception
    assert "control totals: load those first" in said(app)
    session.forget_everything()


def test_a_failed_gate_says_what_to_do_other_weights_and_the_lot(
    open_app: Open, folder: Path
) -> None:
    path = folder / "pilot.toml"
    path.write_text(path.read_text().replace("2026-01-01", "2026-12-01"), encoding="utf-8")
    app = open_app(PAGE)
    options = app.selectbox(key="segment_candidate").options
    app.selectbox(key="segment_candidate").set_value(options.index("As pilot.toml sets it")).run()
    words = said(app)
    assert "Gate 5: Either name an owner who is still here, on Data health" in words
    assert app.button(key="segment_mend_5")

    # Every weight but one at nought: the cleanest by that one leads.
    for name in ("owner", "contact", "dispute", "concentration", "chronic", "po"):
        app.number_input(key=f"weight_{name}").set_value(0.0)
    app.run()
    again = next(f.value for f in app.dataframe if "score_before" in f.value.columns)
    assert list(again["score"][again["passes"]]) == sorted(
        again["score"][again["passes"]], reverse=True
    )

    # The lot: before go-live, by a name, once; afterwards the table of likeness is of its arms.
    app.button(key="holdout_draw").click().run()
    assert not app.exception
    [entry] = Pilot.open(folder).entries()
    assert (entry.kind, entry.payload["ratio"]) == ("holdout_drawn", "2:1")
    assert Pilot.open(folder).settings.control.kind == "holdout"
    assert "Drawn 2:1 by Ana Ruiz" in said(app).replace("\\", "")
    assert any("standardised_difference" in frame.value.columns for frame in app.dataframe)
