"""What surrounds every page: the day, the person, the kill switch, and errors in one sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import places, session
from pipeline.ledger import Ledger
from pipeline.pilot import Pilot
from tests.pages.conftest import REPOSITORY, Open, said
from tests.shipped import shipped as copied


def test_the_app_opens_on_the_queue_and_says_that_the_data_is_made_up(open_app: Open) -> None:
    app = open_app()
    assert app.title[0].value == "Which cases need you today?"
    assert "Synthetic data" in said(app)
    assert "Day 89 of 90 · cadence · figures in USD" in said(app)


def test_the_footer_says_what_the_figures_rest_on(open_app: Open) -> None:
    footer = open_app().main.caption[-1].value
    assert footer.startswith("As of 31 March 2026 · last payment known")
    assert all(word in footer for word in ("data ", "policy ", "record of 0 entries"))


def test_the_address_says_which_day_is_looked_from(open_app: Open) -> None:
    app = open_app(as_of="2026-03-20")
    assert app.date_input(key="as_of").value == date(2026, 3, 20)
    app.button(key="day_after").click().run()
    assert app.query_params["as_of"] == "2026-03-21"
    app.button(key="day_before").click().run().button(key="day_before").click().run()
    assert app.date_input(key="as_of").value == date(2026, 3, 19)


def test_a_day_that_is_none_is_left_aside(open_app: Open) -> None:
    assert open_app(as_of="yesterday").date_input(key="as_of").value == date(2026, 3, 31)


@pytest.mark.parametrize("page", ["prepare/exports", "work/review", "explain/audit"])
def test_the_day_stays_from_page_to_page(open_app: Open, page: str) -> None:
    app = open_app(as_of="2026-03-20")
    app.switch_page(f"pages/{page}.py").run()
    assert app.date_input(key="as_of").value == date(2026, 3, 20)
    assert not app.exception


def test_the_kill_switch_is_named_recorded_and_stops_approvals(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/review", case="C-1010/relationship/USD")
    assert not app.button(key="approve").disabled
    app.button(key="kill_switch").click().run()
    assert app.button(key="approve").disabled
    assert "The kill switch is on" in said(app)
    app.button(key="kill_switch").click().run()
    assert not app.button(key="approve").disabled
    written = [(entry.by, entry.payload["on"]) for entry in Pilot.open(folder).entries()]
    assert written == [("Ana Ruiz", True), ("Ana Ruiz", False)]


def test_nobody_unnamed_switches_anything(open_app: Open, folder: Path) -> None:
    app = open_app(by=" ")
    app.button(key="kill_switch").click().run()
    assert app.error[0].value.startswith("Say who you are first")
    assert Pilot.open(folder).entries() == []


def test_a_missing_pilot_is_a_page_that_says_what_to_do(
    open_app: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNTBACK_PILOT", str(tmp_path / "nowhere"))
    app = open_app()
    assert app.title[0].value == "No pilot is open"
    assert "there is no such pilot folder" in app.error[0].value
    assert app.text_input(key="new_pilot")


def test_a_slip_in_the_settings_is_one_sentence_and_no_traceback(
    open_app: Open, folder: Path
) -> None:
    (folder / "pilot.toml").write_text('[pilot]\ncurrency = "DOLLARS"\n', encoding="utf-8")
    app = open_app()
    assert "is not an ISO 4217 currency code" in app.error[0].value
    assert not app.exception


def test_markdown_in_a_fault_stays_text(open_app: Open, folder: Path) -> None:
    hostile = "![x](http://evil.example/p.png) # Approved"
    (folder / "pilot.toml").write_text(f'[pilot]\ncurrency = "{hostile}"\n', encoding="utf-8")
    assert "\\!\\[x\\](http" in open_app().error[0].value


def test_a_broken_record_is_one_sentence(open_app: Open, folder: Path) -> None:
    (folder / "ledger.sqlite").write_bytes(b"this is no database, whatever its name may say")
    app = open_app()
    assert "could not be used" in app.error[0].value
    assert not app.exception


def test_a_rerun_takes_nothing_from_the_books_again(
    open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app()

    def routed(*_: object) -> None:
        pytest.fail("the desk was routed again")

    monkeypatch.setattr(Pilot, "desk", routed)
    app.run()
    assert not app.exception


# --- the demo's working copy ---------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data/ folder that holds the demo as it ships."""
    data = tmp_path / "data"
    copied(data / "demo")
    monkeypatch.setattr(places, "DATA", data)
    monkeypatch.setattr(places, "asked_for", lambda: data / "demo")
    return data


def app_here() -> AppTest:
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
    app.session_state["reviewer"] = "Ana Ruiz"
    return app.run()


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_demo_that_ships_is_never_written_on(shipped: Path) -> None:
    before = bytes_of(shipped / "demo")
    app = app_here()
    app.button(key="kill_switch").click().run()
    assert not app.error
    shown = len(Pilot.open(shipped / "demo").entries())
    assert len(Pilot.open(shipped / "demo-working").entries()) == shown + 1
    assert bytes_of(shipped / "demo") == before
    session.forget_everything()


def test_the_demo_starts_over(shipped: Path) -> None:
    app = app_here()
    app.button(key="kill_switch").click().run()
    app.button(key="start_over").click().run()
    assert not app.error
    assert not app.exception
    shown = len(Pilot.open(shipped / "demo").entries())
    assert f"record of {shown} entries" in app.main.caption[-1].value
    app.button(key="kill_switch").click().run()
    assert len(Pilot.open(shipped / "demo-working").entries()) == shown + 1
    session.forget_everything()


def test_another_pilot_is_made_and_opened(shipped: Path) -> None:
    app = app_here().switch_page("pages/prepare/exports.py").run()
    app.text_input(key="new_pilot").set_value("Spring, EMEA").run()
    app.button(key="make_pilot").click().run()
    assert (shipped / "spring-emea" / "exports").is_dir()
    assert app.sidebar.text[0].value == "spring-emea"
    assert not app.exception
    session.forget_everything()


def test_a_name_that_leads_out_of_the_data_folder_cannot(shipped: Path) -> None:
    assert places.opened("../../etc") == shipped / "etc"


def test_the_record_is_let_go_of_when_everything_is_forgotten(folder: Path) -> None:
    Ledger.open(folder / "ledger.sqlite").close()
    opened = session.open_session(folder, None, "Ana", lambda _: None)
    opened.close()
    session.forget_everything()
    assert not list(folder.glob("ledger.sqlite-*"))
