"""What was mended, excused and stopped, with its way back; and how far the mending is."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.parts import health, health_acts
from pages.parts.allowed import allowed
from pages.parts.downloads import csv_bytes
from pages.parts.figures import figure
from pages.parts.session import Session
from pages.parts.tables import save
from pages.parts.wording import counted, day, escaped
from pipeline import charts
from pipeline.health import progress as going
from pipeline.health.fix_lists import by_source
from pipeline.warehouse import corrections as books

_STATES = {
    "waiting": "Waits for a second person",
    "counting": "Counts",
    "taken over": "Taken over by the export",
    "overtaken": "The export says something else by now",
    "replaced": "Replaced by a later one",
    "undone": "Taken back",
}
_KINDS = ("invoices", "customers", "contacts", "contracts")


# --- corrections -----------------------------------------------------------------------------


def corrections(here: Session) -> None:
    """What waits, what was corrected, the fix list, and what is excused."""
    made = health.made(here)
    waiting = health.waiting(here)
    if waiting:
        st.markdown(f"**{counted(len(waiting), 'correction')} waiting for a second person**")
    for cells in waiting:
        _waiting(here, cells)
    if made:
        _made(here, made)
        _fix_list(here)
    else:
        st.info(
            "Nothing has been corrected yet. What you mend under Findings is kept here beside the "
            "exports, with the old and the new value, and can be taken back."
        )
    _exemptions(here)


def _waiting(here: Session, cells: list[dict[str, Any]]) -> None:
    first = cells[0]
    event_id, by = first["event_id"], first["corrected_by"]
    is_own = _same(by, here.reviewer)
    with st.container(border=True, key=f"health_waits_{event_id}"):
        left, right = st.columns([5, 2], vertical_alignment="center")
        with left:
            st.text("\n".join(_change(cell) for cell in cells))
            st.caption(
                escaped(
                    f"{by} on {day(first['corrected_on'])}, who knows it from: "
                    f"{first['known_from']}"
                )
            )
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            allowed(st.button, "correction_confirmed")(
                "Confirm",
                key=f"health_confirm:{event_id}",
                type="primary",
                icon=":material/how_to_reg:",
                disabled=is_own,
                on_click=health_acts.confirm,
                args=(event_id,),
                help="You proposed it: somebody else has to confirm it." if is_own else None,
            )
            allowed(st.button, "correction_undone")(
                "Take back",
                key=f"health_withdraw:{event_id}",
                on_click=health_acts.undo,
                args=([event_id],),
            )


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _change(cell: dict[str, Any]) -> str:
    field = cell["of_column"].replace("_", " ")
    return f"{cell['of_key']}, {field}: {cell['old_value'] or 'nothing'} → {cell['new_value']}"


def _made(here: Session, made: list[dict[str, Any]]) -> None:
    st.markdown(f"**{counted(len(made), 'corrected cell')}, beside the exports, newest first**")
    event = st.dataframe(
        pl.DataFrame(
            {
                "State": [_STATES[row["state"]] for row in made],
                "Row": [row["of_key"] for row in made],
                "Field": [row["of_column"].replace("_", " ") for row in made],
                "Old": [row["old_value"] for row in made],
                "New": [row["new_value"] for row in made],
                "Known from": [row["known_from"] for row in made],
                "By": [row["corrected_by"] for row in made],
                "On": [row["corrected_on"] for row in made],
                "Second person": [row["confirmed_by"] for row in made],
            },
            schema_overrides={
                "Old": pl.String(),
                "Second person": pl.String(),
            },
        ),
        hide_index=True,
        key=f"health_made_{len(here.entries)}",
        height="content" if len(made) < 12 else 360,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        column_config={"On": st.column_config.DateColumn(format="D MMM YYYY", width=96)},
        alt="Every corrected cell with its old and new value, and what became of it.",
    )
    ticked = [made[place] for place in event.selection.rows if place < len(made)]
    _take_back(ticked)


def _take_back(ticked: list[dict[str, Any]]) -> None:
    """Undo of what is ticked; what was accepted in one go goes back in one go."""
    if not ticked or ticked[0]["state"] == "undone":
        st.caption("Tick a correction to take it back.")
        return
    row = ticked[0]
    with st.container(horizontal=True):
        allowed(st.button, "correction_undone")(
            "Take it back",
            key="health_take_back",
            icon=":material/undo:",
            on_click=health_acts.undo,
            args=([row["event_id"]],),
        )
        if row["batch"]:
            allowed(st.button, "correction_undone")(
                "Take back all that was accepted with it",
                key="health_take_back_batch",
                icon=":material/undo:",
                on_click=health_acts.undo_batch,
                args=(row["batch"],),
            )


def _fix_list(here: Session) -> None:
    fixes = here.kept("health fixes", lambda: books.fixes(here.day))
    if not fixes:
        return
    st.markdown(
        f"**Fix list: {counted(len(fixes), 'cell')} that the source systems have yet to take over**"
    )
    with st.container(horizontal=True):
        save(
            fixes,
            key="health_fixes_csv",
            name=f"fix-list-{here.as_of}",
            label="Fix list: one line a cell, old and new value, file and row",
        )
        for place, one in enumerate(by_source(fixes)):
            st.download_button(
                f"For {escaped(one.file)}",
                partial(csv_bytes, one.columns, one.rows),
                file_name=f"fix-{_stem(one.file)}-{here.as_of}.csv",
                mime="text/csv",
                key=f"health_fix_source_{place}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                help="Key and columns as that export names them, and the new values.",
            )
        for kind in _KINDS:
            columns, rows = here.kept(
                f"health fix list/{kind}", lambda kind=kind: books.fix_list(here.day, kind)
            )
            if rows:
                st.download_button(
                    f"{kind.capitalize()} to import",
                    partial(csv_bytes, columns, rows),
                    file_name=f"fix-{kind}-{here.as_of}.csv",
                    mime="text/csv",
                    key=f"health_fix_{kind}",
                    icon=":material/download:",
                    type="tertiary",
                    on_click="ignore",
                    help="The same in our own layout, with the contacts that were added here.",
                )


def _stem(file: str) -> str:
    """A file's name without folders and ending, of letters that any system takes."""
    stem = file.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or file
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-") or "export"


def _exemptions(here: Session) -> None:
    found = here.kept("health exemptions", lambda: here.day.table("exemptions"))
    if not found:
        return
    titles = {one.name: one.title for one in health.found(here)}
    st.markdown(f"**{counted(len(found), 'exemption')} in force**")
    for row in found:
        about = row["invoice_id"] or row["customer_id"]
        left, right = st.columns([6, 1], vertical_alignment="center")
        with left:
            st.text(f"{about} · {titles.get(row['check_name'], row['check_name'])}: {row['said']}")
        with right:
            allowed(st.button, "correction_undone")(
                "End it",
                key=f"health_end:{row['event_id']}",
                on_click=health_acts.undo,
                args=([row["event_id"]],),
            )


# --- stopped addresses -----------------------------------------------------------------------


def addresses(here: Session) -> None:
    """Addresses that a bounce or a “has left” reply has stopped, and the approvals that fell."""
    stopped = here.kept("health suspended", lambda: books.suspended(here.day))
    voided = here.kept("health voided", lambda: books.voided(here.day))
    if not stopped:
        st.info(
            "No message says that an address bounces or that its owner has left. When one does, "
            "the address is stopped the same day and approved messages to it become void."
        )
        return
    st.markdown(
        f"**{counted(len(stopped), 'contact')} stopped by a message**, from the day it came; only "
        "a newer confirmation lifts it, and that takes two people."
    )
    st.dataframe(
        pl.DataFrame(
            {
                "Contact": [row["name"] for row in stopped],
                "Address": [row["email"] for row in stopped],
                "Customer": [row["customer_name"] for row in stopped],
                "Why": ["Has left" if row["status"] == "left" else "Bounces" for row in stopped],
                "Since": [row["suspended_on"] for row in stopped],
                "Says message": [row["suspended_by"] for row in stopped],
                "Open invoices": [row["n_open"] for row in stopped],
                "Over": [health.listed(row["amounts"]) for row in stopped],
                "Approvals void": [row["n_void"] for row in stopped],
            }
        ),
        hide_index=True,
        key="health_stopped",
        column_config={"Since": st.column_config.DateColumn(format="D MMM YYYY")},
        alt="Contacts that a message has stopped, newest first.",
    )
    if voided:
        st.markdown(f"**{counted(len(voided), 'approved message')} void, back in review**")
        save(voided, key="health_voided_csv", name=f"void-approvals-{here.as_of}")
        st.text("\n".join(f"{row['case_id']}, approved by {row['decided_by']}" for row in voided))
    else:
        st.caption("No approved message to any of them was waiting to leave.")


# --- progress --------------------------------------------------------------------------------


def progress(here: Session) -> None:
    """Who has how much left, and blocked money before, in between and now."""
    with st.spinner("Looking at each day of mending"):
        owners = here.kept("health progress", lambda: _owners(here))
        steps = here.kept("health clean-up", lambda: _steps(here))
    _chart(here, steps)
    _by_owner(owners)


def _owners(here: Session) -> list[going.Progress]:
    return going.progress(here.day, here.pilot.books(), here.pilot.lens(), here.entries)


def _steps(here: Session) -> list[dict[str, Any]]:
    return going.clean_up(
        here.day, here.pilot.books(), here.pilot.lens(), here.entries, here.kept_for_books
    )


def _chart(here: Session, steps: list[dict[str, Any]]) -> None:
    if len(steps) == 1:
        st.info(
            "Nothing has been mended or excused yet: the first fix draws the line from what is "
            "blocked now to what is left."
        )
        return
    figure(charts.clean_up(steps, here.as_of), steps, key="health_clean_up")
    with st.expander("What is drawn", icon=":material/rule:", type="compact"):
        st.markdown(
            "Open money that blocking checks stop, each invoice once, in the reporting currency. "
            "Always the same exports, and what is open on the day above: first as the exports "
            "came, then with what was mended, confirmed or excused up to the end of each day. So "
            "the line moves by mending alone, never because an invoice was paid. "
            "Better: lower."
        )


def _by_owner(owners: list[going.Progress]) -> None:
    if not owners:
        st.info("There was nothing to mend.")
        return
    st.markdown("**Who has how much left**")
    st.dataframe(
        pl.DataFrame(
            {
                "Who": [one.fixer for one in owners],
                "Mended": [(one.found - one.left) / one.found for one in owners],
                "Found": [one.found for one in owners],
                "Left": [one.left for one in owners],
                "Of them blocking": [one.blocking for one in owners],
                "Money behind what is left": [health.listed(one.amounts) for one in owners],
            }
        ),
        hide_index=True,
        key="health_owners",
        height="content",
        column_config={
            "Mended": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1, width=140
            ),
        },
        alt="Progress of the mending by person or role.",
    )
    st.caption("An invoice with several findings counts its money once for each person.")
