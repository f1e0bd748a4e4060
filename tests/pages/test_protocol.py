"""Protocol: read, signed by a name, and from then on a change is recorded with its reason."""

from __future__ import annotations

from pathlib import Path

from pipeline.pilot import Pilot
from tests.pages.conftest import Open, said

PAGE = "prepare/protocol"


def test_it_is_signed_by_a_name_and_then_stands(open_app: Open, folder: Path) -> None:
    app = open_app(PAGE)
    shown = "\n".join(element.value for element in app.text)
    assert "tier = 'mid' and terms = 'NET30'" in shown
    assert "Extend if days past due at payment fall by at least 3 days" in shown
    app.button(key="protocol_sign").click().run()
    assert "Signed by Ana Ruiz" in app.success[0].value
    [entry] = [e for e in Pilot.open(folder).entries() if e.kind == "protocol_frozen"]
    assert entry.by == "Ana Ruiz"


def test_nobody_unnamed_signs(open_app: Open, folder: Path) -> None:
    app = open_app(PAGE, by="")
    app.button(key="protocol_sign").click().run()
    assert app.error[0].value.startswith("Say who you are first")
    assert [e for e in Pilot.open(folder).entries() if e.kind == "protocol_frozen"] == []


def test_a_moved_setting_is_shown_and_recorded_with_its_reason(
    open_app: Open, folder: Path
) -> None:
    open_app(PAGE).button(key="protocol_sign").click().run()
    toml = folder / "pilot.toml"
    toml.write_text(toml.read_text().replace("tier = 'smb'", "tier = 'top'"))
    app = open_app(PAGE)
    assert "1 clause is not as signed" in said(app)
    app.button(key="protocol_amend").click().run()
    assert "needs its reason" in app.error[0].value
    app.text_input(key="protocol_reason").set_value("the first were too few").run()
    app.button(key="protocol_amend").click().run()
    assert "the first were too few" in app.warning[0].value
    assert "not as signed" not in said(app)


def test_a_pilot_without_a_start_says_what_is_missing(open_app: Open, folder: Path) -> None:
    toml = folder / "pilot.toml"
    toml.write_text(toml.read_text().replace("started_on = 2026-01-01\n", ""))
    app = open_app(PAGE)
    assert "set started_on" in app.info[0].value.replace("\\", "")
    assert app.button(key="protocol_sign").disabled


def test_the_path_is_written_down_from_the_lines_on_the_page(open_app: Open, folder: Path) -> None:
    app = open_app(PAGE)
    app.button(key="path_save").click().run()
    [entry] = [e for e in Pilot.open(folder).entries() if e.kind == "path_documented"]
    assert entry.payload["steps"][0]["step"] == "Find what is past due"
