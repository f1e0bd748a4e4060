"""Data health: what bad data costs, and each act about it, by the widgets' keys."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.downloads import csv_bytes
from pipeline.model import Entry
from pipeline.pilot import Pilot
from pipeline.warehouse import corrections
from tests.pages.conftest import REPOSITORY, Open, said

PAGE = "prepare/data_health"


def opened(open_app: Open, finding: str = "", by: str = "Ana Ruiz") -> AppTest:
    return open_app(PAGE, by, **({"health_finding": finding} if finding else {}))


def entries(folder: Path) -> list[Entry]:
    return [entry for entry in Pilot.open(folder).entries() if entry.kind != "timing"]


def form(app: AppTest, name: str) -> str:
    """The key of an input of the form that is open."""
    return f"{name}_{app.session_state['health_form']}"


def failing(app: AppTest) -> dict[str, str]:
    """Finding -> its severity, as the list has them."""
    [listed] = [frame.value for frame in app.dataframe if "Severity" in frame.value]
    return dict(zip(listed["Finding"], listed["Severity"], strict=True))


def record_po(app: AppTest, value: str = "PO-7741093") -> None:
    app.text_input(key=form(app, "health_new")).set_value(value)
    app.text_input(key=form(app, "health_source")).set_value("Telephone, Ms Field").run()
    app.button(key="health_correct").click().run()
    assert not app.exception


def test_one_sentence_says_how_much_no_draft_can_be_made_for(open_app: Open) -> None:
    app = opened(open_app)
    assert "open invoices get no draft until their data is mended" in app.subheader[0].value
    assert "**Next:**" in said(app)
    cards = {metric.label: metric.value for metric in app.metric}
    assert list(cards)[:2] == ["Last payment known", "Control total"]
    assert cards["Control total"] == "Met to the cent"


def test_findings_come_worst_by_money_first(open_app: Open) -> None:
    app = opened(open_app)
    [listed] = [frame.value for frame in app.dataframe if "Severity" in frame.value]
    amounts = [amount for amount in listed["In USD"] if amount is not None]
    assert amounts == sorted(amounts, reverse=True)
    assert {"Blocks", "Warns"} == set(listed["Severity"])


def test_a_po_number_is_recorded_beside_the_export_and_taken_back(
    open_app: Open, folder: Path
) -> None:
    before = (folder / "exports" / "invoices.csv").read_bytes()
    app = opened(open_app, "po_missing")
    assert app.text_input(key=form(app, "health_new")).value == "PO-7741093"
    record_po(app)
    assert "PO number missing" not in failing(app)
    made = entries(folder)[-1]
    assert (made.kind, made.by) == ("correction_proposed", "Ana Ruiz")
    assert made.payload["changes"][0]["old"] is None
    assert made.payload["changes"][0]["new"] == "PO-7741093"
    assert (folder / "exports" / "invoices.csv").read_bytes() == before
    app.button(key="health_undo").click().run()
    assert failing(app)["PO number missing"] == "Blocks"
    assert entries(folder)[-1].kind == "correction_undone"


def test_nothing_is_recorded_without_a_name_or_a_source(open_app: Open, folder: Path) -> None:
    nobody = opened(open_app, "po_missing", by="")
    record_po(nobody)
    assert "Say who you are first" in nobody.error[0].value
    app = opened(open_app, "po_missing")
    app.button(key="health_correct").click().run()
    assert "say how you know" in app.error[0].value
    assert entries(folder) == []


def test_a_new_contact_waits_for_a_second_person_who_is_somebody_else(
    open_app: Open, folder: Path
) -> None:
    app = opened(open_app, "contact_left")
    app.text_input(key=form(app, "health_name")).set_value("Ola Berg")
    app.text_input(key=form(app, "health_new")).set_value("ola.berg@quarryfieldinsurance.example")
    app.text_input(key=form(app, "health_source")).set_value("Switchboard, 14:10").run()
    app.button(key="health_correct").click().run()
    [made] = entries(folder)
    app.segmented_control(key="health_view").set_value("corrections").run()
    assert "1 correction waiting for a second person" in said(app)
    confirm = f"health_confirm:{made.event_id}"
    assert app.button(key=confirm).disabled
    app.text_input(key="reviewer").set_value("Ben Vale").run()
    app.button(key=confirm).click().run()
    assert [entry.kind for entry in entries(folder)] == [
        "correction_proposed",
        "correction_confirmed",
    ]
    assert "waiting for a second person" not in said(app)


def test_a_conflict_is_exempted_with_name_reason_and_expiry_and_ended(
    open_app: Open, folder: Path
) -> None:
    app = opened(open_app, "terms_conflict")
    app.segmented_control(key="health_way_terms_conflict").set_value("exempt").run()
    app.text_input(key=form(app, "health_reason")).set_value("Contract signed, ERP follows")
    app.date_input(key=form(app, "health_until")).set_value(date(2026, 4, 20)).run()
    app.button(key="health_exempt").click().run()
    made = entries(folder)[-1]
    assert (made.kind, made.by) == ("exemption_granted", "Ana Ruiz")
    assert made.payload["expires_on"] == "2026-04-20"
    app.segmented_control(key="health_view").set_value("corrections").run()
    assert any("Exempt until 2026-04-20 by Ana Ruiz" in text.value for text in app.text)
    app.button(key=f"health_end:{made.event_id}").click().run()
    assert entries(folder)[-1].kind == "exemption_ended"


def test_a_warning_is_accepted_with_a_reason_only(open_app: Open, folder: Path) -> None:
    app = opened(open_app, "unapplied_cash")
    app.segmented_control(key="health_way_unapplied_cash").set_value("exempt").run()
    app.button(key="health_exempt").click().run()
    assert "needs a reason" in app.error[0].value
    app.text_input(key=form(app, "health_reason")).set_value("Booked tomorrow").run()
    app.button(key="health_exempt").click().run()
    assert entries(folder)[-1].payload["reason"] == "Booked tomorrow"
    app.button(key="health_undo").click().run()
    assert entries(folder)[-1].kind == "exemption_ended"


def test_a_finding_is_given_to_a_person_and_back(open_app: Open, folder: Path) -> None:
    app = opened(open_app, "unapplied_cash")
    app.selectbox(key=form(app, "health_person")).set_value("Nadia Petrov").run()
    app.button(key="health_assign").click().run()
    assert entries(folder)[-1].payload["person"] == "Nadia Petrov"
    app.button(key="health_undo").click().run()
    assert entries(folder)[-1].payload["person"] is None


def test_a_bulk_fix_shows_each_cell_first_and_undo_restores_every_row(
    open_app: Open, folder: Path
) -> None:
    app = opened(open_app, "contact_stale")
    key = f"health_rows_contact_stale_{len(Pilot.open(folder).entries())}"
    app.session_state[key] = {"selection": {"rows": list(range(6)), "columns": []}}
    app.run()
    app.segmented_control(key="health_way_contact_stale").set_value("take").run()
    [shown] = [frame.value for frame in app.dataframe if "Old" in frame.value]
    app.text_input(key=form(app, "health_source")).set_value("Called them all").run()
    app.button(key="health_take").click().run()
    made = entries(folder)
    assert len(made) == len(shown) > 1
    assert len({entry.payload["batch"] for entry in made}) == 1
    app.button(key="health_undo").click().run()
    assert [entry.kind for entry in entries(folder)[len(made) :]] == ["correction_undone"] * len(
        made
    )
    assert "Contact not confirmed for 90 days" in failing(app)


def test_two_customers_stand_side_by_side_and_are_never_merged(
    open_app: Open, folder: Path
) -> None:
    app = opened(open_app, "customer_twins")
    [sides] = [frame.value for frame in app.dataframe if "C-1079" in frame.value]
    assert list(sides.columns) == ["", "C-1079", "C-1080"]
    app.button(key="health_different:C-1079|C-1080").click().run()
    assert "Customers that may be one" not in failing(app)
    app.button(key="health_undo").click().run()
    assert "Customers that may be one" in failing(app)
    assert [entry.kind for entry in entries(folder)] == ["twins_judged"] * 2


def test_the_fix_list_is_a_file_and_the_progress_a_chart(open_app: Open, folder: Path) -> None:
    app = opened(open_app, "po_missing")
    record_po(app)
    app.segmented_control(key="health_view").set_value("corrections").run()
    labels = {button.label for button in app.get("download_button")}
    assert "Invoices to import" in labels
    assert any(label.startswith("Fix list") for label in labels)
    app.segmented_control(key="health_view").set_value("progress").run()
    assert app.get("plotly_chart")
    app.toggle(key="health_clean_up_as_table").set_value(True).run()
    assert not app.get("plotly_chart")
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        fixes = corrections.fixes(day)
    [line] = list(csv.DictReader(io.StringIO(csv_bytes(list(fixes[0]), fixes).decode("utf-8-sig"))))
    assert (line["invoice_id"], line["field"], line["new_value"], line["file"]) == (
        "INV-79001",
        "po_number",
        "PO-7741093",
        "invoices.csv",
    )
    assert int(line["row"]) > 1


def test_a_stopped_address_is_shown_with_the_message_that_stopped_it(open_app: Open) -> None:
    app = opened(open_app)
    app.segmented_control(key="health_view").set_value("addresses").run()
    [stopped] = [frame.value for frame in app.dataframe if "Says message" in frame.value]
    assert stopped.loc[0, "Contact"] == "Judit Novak"
    assert stopped.loc[0, "Why"] == "Has left"


def test_next_and_previous_go_through_the_findings(open_app: Open) -> None:
    app = opened(open_app)
    titles = list(failing(app))
    assert app.subheader[1].value == titles[0]
    app.button(key="health_next").click().run()
    assert app.subheader[1].value == titles[1]
    app.button(key="health_previous").click().run()
    assert app.subheader[1].value == titles[0]
    assert app.button(key="health_previous").disabled


@pytest.mark.parametrize("page", ["work/queue", "work/review"])
def test_a_case_that_data_stops_leads_to_its_finding(open_app: Open, page: str) -> None:
    app = open_app(page, search="harborline") if page == "work/queue" else open_app(page)
    assert "Data to mend first: **Account owner is gone, PO number missing**" in said(app)
    app.button(key="mend_data").click().run()
    assert app.title[0].value == "Which data must be mended first?"
    assert app.subheader[1].value == "Account owner is gone"


def test_without_exports_the_page_says_what_to_load(open_app: Open, folder: Path) -> None:
    for path in (folder / "exports").iterdir():
        path.unlink()
    app = opened(open_app)
    assert "load open invoices first" in app.info[0].value


def test_without_people_it_says_so_and_nothing_wrong_says_so(open_app: Open, folder: Path) -> None:
    (folder / "exports" / "people.csv").unlink()
    app = opened(open_app, "owner_gone")
    assert "No list of people is loaded" in app.info[0].value
    for path in (folder / "exports").iterdir():
        if path.name not in ("customers.csv", "invoices.csv", "contacts.csv", "people.csv"):
            path.unlink()
    (folder / "exports" / "people.csv").write_text(
        "person_id,name,email,team,active\np1,Rita,rita@us.example,finance,true\n", "utf-8"
    )
    (folder / "exports" / "customers.csv").write_text(
        "customer_id,name,terms,owner_id\nc1,Harbor,NET30,p1\n", "utf-8"
    )
    (folder / "exports" / "contacts.csv").write_text(
        "contact_id,customer_id,name,email,verified_on\nk,c1,Jo,jo@c1.example,2026-03-01\n", "utf-8"
    )
    (folder / "exports" / "invoices.csv").write_text(
        "invoice_id,customer_id,issued_on,due_on,amount,currency,terms\n"
        "INV-1,c1,2026-03-01,2026-03-31,10.00,USD,NET30\n",
        "utf-8",
    )
    clean = open_app(PAGE, as_of="2026-03-05")
    assert "All 18 checks pass" in clean.success[0].value


def test_what_was_typed_for_one_finding_is_not_kept_for_another(open_app: Open) -> None:
    app = opened(open_app, "po_missing")
    app.text_input(key=form(app, "health_source")).set_value("contract of May").run()
    app.button(key="health_previous").click().run()
    assert app.text_input(key=form(app, "health_source")).value == ""


def test_an_overrides_task_is_given_closed_and_taken_back(open_app: Open, folder: Path) -> None:
    shutil.copyfile(REPOSITORY / "data" / "demo" / "ledger.sqlite", folder / "ledger.sqlite")
    app = open_app("prove/overrides")
    n = int(re.findall(r"(\d+) open task", said(app))[0])
    app.button(key="override_tasks").click().run()
    assert app.session_state["health_view"] == "tasks"
    assert f"{n} open tasks" in said(app)
    app = open_app(PAGE, health_view="tasks")

    def tick() -> None:
        table = f"health_tasks_{len(Pilot.open(folder).entries())}"
        app.session_state[table] = {"selection": {"rows": [0], "columns": []}}
        app.run()

    tick()
    app.selectbox(key="task_person_0").select_index(0)
    app.button(key="task_give").click().run()
    tick()
    app.text_input(key=form(app, "task_note")).set_value("Telephoned, new clerk").run()
    app.button(key="task_close").click().run()
    assert not app.exception
    assert f"{n - 1} open task" in said(app)
    assert [entry.kind for entry in entries(folder)[-2:]] == ["task_assigned", "task_closed"]
    app.button(key="health_undo").click().run()
    assert f"{n} open tasks" in said(app)
