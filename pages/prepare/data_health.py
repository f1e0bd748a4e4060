"""Data health: what is wrong in the data, what it costs, and who puts it right how."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts import address, health, health_findings, health_record, health_tasks, session
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.health_acts import undo_last
from pages.parts.session import Session
from pages.parts.wording import counted, dated, day, escaped
from pipeline.health.overview import Overview

VIEWS = {
    "findings": health_findings.show,
    "tasks": health_tasks.show,
    "corrections": health_record.corrections,
    "addresses": health_record.addresses,
    "progress": health_record.progress,
}


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("Which data must be mended first?")
    if here.is_empty:
        st.info(
            "There is nothing to check yet: load open invoices first, then customers, contacts "
            "and people; every check says here what it finds."
        )
        st.page_link(
            page_file("pages/prepare/exports.py"), label="Load the exports", icon=":material/input:"
        )
        return
    with st.spinner("Checking every open invoice"):
        overview = health.overview(here)
        health.found(here)
    _headline(overview)
    _sources(here)
    _without_people(here)
    VIEWS[_view(here)](here)


def _headline(overview: Overview) -> None:
    with st.container(horizontal=True, vertical_alignment="top"):
        st.subheader(escaped(dated(overview.sentence)), anchor=False)
        if st.session_state.get("health_last"):
            allowed(st.button, "correction_undone")(
                "Undo",
                key="health_undo",
                shortcut="U",
                icon=":material/undo:",
                on_click=undo_last,
                help="Takes back what you did last on this page.",
            )
    best = overview.next_best
    if best is None:
        return
    said, button = st.columns([7, 1], vertical_alignment="center")
    with said:
        st.markdown(f"**Next:** {escaped(overview.next_sentence)}")
    with button:
        st.button(
            "Mend it",
            key="health_next_best",
            icon=":material/arrow_downward:",
            on_click=health.open_finding,
            args=(best["check_name"],),
        )


# --- what the figures rest on --------------------------------------------------------------------


def _sources(here: Session) -> None:
    """Last payment first, then the tie-out, then how much money has a fresh contact."""
    fresh = here.kept("health freshness", lambda: here.day.table("source_freshness"))
    ties = here.kept("health tie-outs", lambda: here.day.table("tie_outs"))
    cards: tuple[tuple[str, Callable[[], None]], ...] = (
        ("paid", lambda: _last_payment(fresh)),
        ("tied", lambda: _tie_out(ties)),
        ("contacts", lambda: _contacts(here)),
        ("waiting", lambda: _waiting(here)),
    )
    for column, (name, card) in zip(st.columns(4, gap="small"), cards, strict=True):
        with column, _card(name):
            card()
    with st.expander("How fresh each export is, and what it ties to", icon=":material/schedule:"):
        health.sources(fresh, ties)


def _card(name: str) -> st.delta_generator.DeltaGenerator:
    return st.container(border=True, height="stretch", gap="xxsmall", key=f"health_card_{name}")


def _last_payment(fresh: health.Rows) -> None:
    paid = next((row for row in fresh if row["source"] == "payments"), None)
    if paid is None:
        st.metric("Last payment known", "none")
        st.caption("Load the payments, or paid invoices will be chased.")
        return
    st.metric("Last payment known", day(paid["newest_on"]))
    mark = ":orange[:material/warning:] " if paid["is_stale"] else ""
    old = "of this day" if not paid["days_old"] else f"{counted(paid['days_old'], 'day')} old"
    st.caption(f"{mark}{old}; fresh for {counted(paid['days_fresh'], 'day')}")


def _tie_out(ties: health.Rows) -> None:
    if not ties:
        st.metric("Control total", "none")
        st.caption("Load control_totals.csv to see the books tie to the ledger.")
        return
    off = [row for row in ties if row["difference"]]
    st.metric("Control total", "Met to the cent" if not off else "Not met")
    if off:
        st.caption(f":red[:material/warning:] {escaped(health.differences(off))}")
        return
    newest = max(row["as_of"] for row in ties)
    st.caption(escaped(f"{', '.join(row['currency'] for row in ties)} on {day(newest)}"))


def _contacts(here: Session) -> None:
    rows = here.kept("health contacts", lambda: here.day.metric("contact_freshness").rows)
    rate = rows[0]["rate"] if rows else None
    st.metric("Money with a fresh contact", "unknown" if rate is None else f"{rate:.0%}")
    st.caption("contact confirmed within 90 days")


def _waiting(here: Session) -> None:
    waiting = health.waiting(here)
    st.metric("Waiting for a second person", f"{len(waiting):,}")
    st.caption("addresses, bank details")


def _without_people(here: Session) -> None:
    if not here.kept_for_books("health has people", lambda: health.has_people(here)):
        st.info(
            "No list of people is loaded, so nobody knows which account owners are still here: "
            "load people.csv (template on the page Exports).",
            icon=":material/group_off:",
        )


def _view(here: Session) -> str:
    address.seed("health_view", VIEWS)
    failing = [one for one in health.found(here) if not one.passes]
    waiting = health.waiting(here)
    tasks = health_tasks.still_open(here)
    titles = {
        "findings": f"Findings {len(failing)}",
        "tasks": "Tasks from overrides" + (f" · {tasks}" if tasks else ""),
        "corrections": "Corrections" + (f" · {len(waiting)} waiting" if waiting else ""),
        "addresses": "Stopped addresses",
        "progress": "Progress",
    }
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="findings" if "health_view" not in st.session_state else None,
        required=True,
        key="health_view",
        format_func=titles.__getitem__,
        label_visibility="collapsed",
    )
    # A page that was left comes back without what was chosen on it.
    chosen = str(view or "findings")
    address.keep("health_view", chosen, unless="findings")
    return chosen


page()
