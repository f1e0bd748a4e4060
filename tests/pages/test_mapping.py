"""Mapping: a newcomer's unknown export is proposed, corrected, saved and undone on one page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, said

PAGE = "prepare/mapping"
OPEN_ITEMS = """Muster GmbH
Offene Posten zum 31.03.2026

Kunde;Rechnungsnr.;Rg-Datum;Fällig am;Betrag;Offen;Whg
Alpha AG;R-001;05.01.2026;04.02.2026;1.200,00;1.200,00;EUR
Beta SE;R-002;06.02.2026;08.03.2026;2.500,50;500,50;EUR
Beta SE;G-003;07.02.2026;07.02.2026;100,00-;100,00-;EUR
Gamma KG;R-004;10.03.2026;09.04.2026;kein Betrag;kein Betrag;EUR
Gesamt;;;;3.600,50;1.600,50;
"""
UNSURE = """Client,Doc Ref No,Bill Date,Pay By,Amt,Cur
Alpha,A-1,01/02/2026,03/04/2026,100.00,USD
Beta,A-2,02/03/2026,04/05/2026,50.00,USD
"""


@pytest.fixture
def pilot(folder: Path) -> Path:
    """The pilot without any export."""
    for path in (folder / "exports").iterdir():
        path.unlink()
    (folder / "pilot.toml").write_text('[pilot]\nname = "Empty"\n', encoding="utf-8")
    return folder


def put(pilot: Path, text: str, name: str = "opos.csv") -> None:
    (pilot / "exports" / name).write_text(text, encoding="utf-8")


def column(app: AppTest, ours: str, name: str = "opos.csv", kind: str = "invoices") -> object:
    return app.selectbox(key=f"map:{name}:{kind}:column:{ours}")


def test_the_proposal_is_shown_with_its_total_beside_the_files_own(
    open_app: Open, pilot: Path
) -> None:
    put(pilot, OPEN_ITEMS)
    app = open_app(PAGE)
    assert column(app, "invoice_id").value == "Rechnungsnr."
    assert column(app, "amount").value == "Offen"
    assert [(one.label, one.value, one.delta) for one in app.metric] == [
        ("Aging total in EUR", "€1,600.50", "the file’s own total, to the cent"),
        ("Rows loaded", "3", "1 refused, 1 skipped"),
    ]
    after = next(frame.value for frame in app.dataframe if "State" in frame.value)
    assert after["State"].tolist() == ["loaded", "loaded", "loaded", "refused", "skipped"]
    assert "amount “kein Betrag” not an amount" in after["Why"].tolist()


def test_each_question_says_what_every_answer_does_in_money(open_app: Open, pilot: Path) -> None:
    put(pilot, OPEN_ITEMS)
    app = open_app(PAGE)
    effects = {radio.label: radio.proto.captions for radio in app.radio}
    assert any("total EUR 3,600.50 instead of 1,600.50" in text for text in effects["amount"])
    assert any("4 rows fall in another month" in text for text in effects["date_order"])


def test_choosing_the_other_amount_changes_the_column_and_the_total(
    open_app: Open, pilot: Path
) -> None:
    put(pilot, OPEN_ITEMS)
    app = open_app(PAGE)
    [radio] = [one for one in app.radio if one.label == "amount"]
    radio.set_value("Betrag").run()
    assert not app.exception
    assert column(app, "amount").value == "Betrag"
    assert app.metric[0].value == "€3,600.50"


def test_a_saved_mapping_loads_the_file_and_undo_lets_go_of_it(open_app: Open, pilot: Path) -> None:
    put(pilot, OPEN_ITEMS)
    app = open_app(PAGE)
    app.text_input(key="mapping_name:opos").set_value("DATEV open items").run()
    app.button(key="save_mapping").click().run()
    assert not app.error
    assert "3 of 4 invoices loaded, 1 needs you." in app.success[0].value
    assert (pilot / "formats" / "datev_open_items.toml").is_file()
    app.button(key="forget:datev_open_items").click().run()
    assert not list((pilot / "formats").iterdir())
    assert column(app, "amount").value == "Offen"


def test_next_months_file_is_read_by_the_saved_mapping(open_app: Open, pilot: Path) -> None:
    put(pilot, OPEN_ITEMS)
    app = open_app(PAGE)
    app.button(key="save_mapping").click().run()
    put(pilot, OPEN_ITEMS.replace("R-00", "S-00").replace("G-00", "H-00"), "april.csv")
    app.run()
    assert "Every file was recognised" in app.info[0].value


def test_an_order_that_nothing_tells_must_be_answered_before_saving(
    open_app: Open, pilot: Path
) -> None:
    put(pilot, UNSURE, "bills.csv")
    app = open_app(PAGE)
    assert app.button(key="save_mapping").disabled
    [radio] = [one for one in app.radio if one.label == "date_order"]
    assert radio.value is None
    radio.set_value("day first").run()
    assert not app.button(key="save_mapping").disabled


def test_a_needed_column_without_one_of_theirs_is_named(open_app: Open, pilot: Path) -> None:
    put(pilot, OPEN_ITEMS)
    app = open_app(PAGE)
    column(app, "amount").set_value("").run()
    assert "Nothing feeds amount yet" in app.warning[0].value
    assert app.button(key="save_mapping").disabled


def test_headers_and_cells_of_strangers_stay_plain(open_app: Open, pilot: Path) -> None:
    evil = "[click](http://evil.example) :red[x]"
    put(pilot, OPEN_ITEMS.replace("Betrag;", f"{evil} Betrag;").replace("Alpha AG", "=1+1"))
    app = open_app(PAGE)
    assert not app.exception
    labels = [option for radio in app.radio for option in radio.options]
    assert any("evil" in label for label in labels)
    assert not any("[click]" in text.replace("\\[", "") for text in (*labels, said(app)))


def test_nothing_unrecognised_says_so_and_how_to_add(open_app: Open, pilot: Path) -> None:
    app = open_app(PAGE)
    assert "There are no files yet." in app.info[0].value
    assert "next month's file is read by itself" in said(app)


def test_exports_leads_to_the_mapping_of_an_unrecognised_file(open_app: Open, pilot: Path) -> None:
    put(pilot, OPEN_ITEMS)
    put(pilot, UNSURE, "bills.csv")
    app = open_app("prepare/exports")
    app.button(key="map:opos.csv").click().run()
    assert app.title[0].value == "Which column is which?"
    assert app.selectbox(key="mapping_file").value == "opos.csv"
