"""Outbox: what is approved and has not left, what keeps it, and what left with which proof."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import polars as pl
import streamlit as st

from pages.parts import outbox_acts, session
from pages.parts.allowed import allowed
from pages.parts.downloads import csv_bytes
from pages.parts.session import Session
from pages.parts.wording import LANE_TITLES, counted, dated, day, escaped, moment
from pipeline.deciding import is_stopped
from pipeline.model import Decision, Entry
from pipeline.outbox import mailto_link
from pipeline.sending import Judged, judge

#: Longer links are cut by some mail programs and browsers.
_LONGEST_LINK = 2_000
#: What is said once at the top, and not again beside every message.
_HOUSE = ("stopped", "phase", "look_back", "old_books")


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("What is approved, and may it leave?")
    _switch(here)
    if here.is_empty:
        st.info("There are no invoices yet: load the exports on the page Exports.")
        return
    judged = _judged(here)
    _house(judged)
    if not judged:
        st.info("Nothing has been approved yet: approve a message on the page Review.")
        return
    _doubtful(here, [one for one in judged if one.delivery.is_open])
    waiting = [one for one in judged if one.delivery.state in ("waiting", "refused")]
    _ready(here, [one for one in waiting if one.may_leave])
    _kept(here, [one for one in waiting if not one.may_leave and not one.has_lapsed])
    _sent(here, [one for one in judged if one.delivery.state == "sent"])
    _lapsed(here, [one for one in waiting if one.has_lapsed])


def _judged(here: Session) -> tuple[Judged, ...]:
    """Every approval as things stand now; the clock matters by the day, or while one rests."""
    now = session.now()
    rests = here.pilot.settings.outbox.undo_minutes
    when = f"{now:%Y-%m-%dT%H:%M}" if rests else f"{now:%Y-%m-%d}"
    return here.kept(f"outbox/{when}", lambda: judge(here.pilot, here.as_of, here.entries, now))


def _switch(here: Session) -> None:
    """The kill switch in words; the button is in the sidebar."""
    thrown = [entry for entry in here.entries if entry.kind == "kill_switch"]
    if is_stopped(here.entries):
        last = thrown[-1]
        st.error(
            escaped(f"Stopped by {last.by}, {moment(last.at)}: nothing leaves, approved or not."),
            icon=":material/front_hand:",
        )
        return
    how = "as .eml files" if here.pilot.settings.outbox.kind == "eml" else "by mail server"
    st.caption(
        f":material/check_circle: The kill switch is off. Approved messages leave {how}, each "
        "held against the books once more at that moment."
    )


def _house(judged: Sequence[Judged]) -> None:
    """What keeps every message back on this day, said once."""
    reasons = {r.code: r for one in judged for r in one.reasons if r.code in _HOUSE[1:]}
    for reason in reasons.values():
        st.warning(escaped(dated(reason.sentence)), icon=":material/event_busy:")


# --- in doubt ------------------------------------------------------------------------------------


def _doubtful(here: Session, doubtful: Sequence[Judged]) -> None:
    """Only a person can say whether these left: two honest answers."""
    if not doubtful:
        return
    st.subheader(f"May have left: {counted(len(doubtful), 'message')}", anchor=False)
    st.caption("Nothing here goes again by itself. Find out, then say what happened.")
    for one in doubtful:
        with st.container(border=True, key=f"doubt-{one.entry.event_id}"):
            # Plain text: an address in Markdown would be a link that opens an empty message.
            st.text(f"{_customer(here, one)} · to {one.decision.to}")
            last = one.delivery.last
            if last is not None:
                st.caption(escaped(_doubt(last)))
            _answers(here, one)


def _doubt(last: Entry) -> str:
    when = moment(last.at)
    if last.kind == "handing_over" and last.payload["channel"] == "mailto":
        return f"{last.by} took it into their own mail program, {when}."
    if last.kind == "handing_over":
        return f"A hand-over began {when} and did not end: the next one finds out what it can."
    return f"{last.payload['said']} ({when})"


def _answers(here: Session, one: Judged) -> None:
    name = one.entry.event_id
    by_hand = one.delivery.claim is not None and one.delivery.claim.payload["channel"] == "mailto"
    with st.container(horizontal=True, gap="small"):
        if by_hand:
            link = mailto_link(one.letter(here.pilot))
            st.link_button("Open in my mail program", link, icon=":material/mail:", type="primary")
        allowed(st.button, "handed_over")(
            "It has left",
            key=f"left-{name}",
            on_click=outbox_acts.say_so,
            args=(name, True),
            disabled=one.delivery.state != "unknown",
        )
        allowed(st.button, "handed_over")(
            "It never left",
            key=f"never-{name}",
            on_click=outbox_acts.say_so,
            args=(name, False),
            disabled=one.delivery.state != "unknown",
        )
    if by_hand and len(mailto_link(one.letter(here.pilot))) > _LONGEST_LINK:
        st.caption("The text is long: compare it with the approved one before you send it.")


# --- ready ---------------------------------------------------------------------------------------


def _ready(here: Session, ready: Sequence[Judged]) -> None:
    st.subheader(f"Ready to leave: {counted(len(ready), 'message')}", anchor=False)
    if not ready:
        st.session_state.pop("outbox_asked", None)
        st.caption("Nothing is ready. What was approved is below, with what keeps it.")
        return
    _hand_over(here, len(ready))
    selected = _table(here, ready, "outbox_ready", {"Can be taken back": _undo_until(here)})
    _message(here, selected, may_leave=True)


def _undo_until(here: Session) -> str:
    minutes = here.pilot.settings.outbox.undo_minutes
    rests = f"it rests {minutes} min, then " if minutes else ""
    return f"{rests}until it is handed over"


def _hand_over(here: Session, n: int) -> None:
    """One button, then one question; the answer acts on what stands at that moment."""
    is_files = here.pilot.settings.outbox.kind == "eml"
    what = counted(n, ".eml file") if is_files else counted(n, "message")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not st.session_state.get("outbox_asked"):
            allowed(st.button, "handing_over")(
                f"Write {what}" if is_files else f"Send {what}",
                key="outbox_send",
                type="primary",
                icon=":material/outbox:",
                on_click=outbox_acts.ask,
            )
            return
        allowed(st.button, "handing_over")(
            f"Yes, write {what}" if is_files else f"Yes, send {what}",
            key="outbox_yes",
            type="primary",
            on_click=outbox_acts.hand_over,
        )
        st.button("Not yet", key="outbox_no", on_click=outbox_acts.not_yet)
        st.caption(
            "After this they cannot be taken back. Each is checked against the books once more."
        )


def _table(
    here: Session, rows: Sequence[Judged], key: str, more: dict[str, str] | None = None
) -> Judged:
    """The messages; returns the one that is ticked, or the first."""
    event = st.dataframe(
        pl.DataFrame([{**_row(here, one), **(more or {})} for one in rows]),
        key=key,
        hide_index=True,
        height=min(300, 38 + 35 * len(rows)),
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        alt="Approved messages that have not left.",
    )
    ticked = [row for row in event.selection.rows if row < len(rows)]
    return rows[ticked[0]] if ticked else rows[0]


_COLUMNS = {
    "Customer": st.column_config.TextColumn(width=180),
    "Play": st.column_config.TextColumn(width=110),
    "To": st.column_config.TextColumn(width=260),
    "Approved by": st.column_config.TextColumn(width=120),
    "Approved": st.column_config.TextColumn(width=170),
    "Because": st.column_config.TextColumn(width="large"),
}


def _row(here: Session, one: Judged) -> dict[str, str]:
    return {
        "Customer": _customer(here, one),
        "Play": LANE_TITLES[one.decision.lane],
        "To": one.decision.to,
        "Approved by": one.entry.by,
        "Approved": moment(one.entry.at),
    }


def _customer(here: Session, one: Judged) -> str:
    names = here.kept_for_books("customer names", lambda: _names(here))
    return names.get(one.decision.customer_id) or one.decision.customer_id


def _names(here: Session) -> dict[str, str]:
    return {row["customer_id"]: row["name"] or "" for row in here.day.table("customers")}


def _message(here: Session, one: Judged, *, may_leave: bool) -> None:
    """One message as it would leave, and what can still be done about it."""
    name = one.entry.event_id
    with st.container(border=True, key=f"message-{'ready' if may_leave else 'kept'}"):
        st.markdown(f"**{escaped(_customer(here, one))}** · {escaped(_approved(one))}")
        for reason in one.reasons:
            mark = ":gray[:material/schedule:]" if reason.passes else ":red[:material/block:]"
            st.markdown(f"{mark} {escaped(dated(reason.sentence))}")
        st.code(_text(one.decision), language=None, wrap_lines=True, height=250)
        with st.container(horizontal=True, gap="small"):
            allowed(st.button, "undone")(
                "Take back",
                key=f"undo-{name}",
                icon=":material/undo:",
                on_click=outbox_acts.take_back,
                args=(name,),
                disabled=one.delivery.is_open,
            )
            if any(reason.code == "second_person" for reason in one.reasons):
                allowed(st.button, "decision_countersigned")(
                    "Countersign",
                    key=f"countersign-{name}",
                    icon=":material/group:",
                    type="primary",
                    on_click=outbox_acts.stand_by,
                    args=(name,),
                    help="You have read this very text, and it may leave.",
                )
            if may_leave:
                allowed(st.button, "handing_over")(
                    "Send it from my own mail program",
                    key=f"mailto-{name}",
                    icon=":material/mail:",
                    on_click=outbox_acts.open_in_mail_program,
                    args=(name,),
                    help="It leaves the machine's hands; you say afterwards whether it left.",
                )


def _approved(one: Judged) -> str:
    edited = " with edits" if one.decision.verdict == "edit" else ""
    return f"approved{edited} by {one.entry.by}, {moment(one.entry.at)}"


def _text(said: Decision) -> str:
    return f"To: {said.to}\nSubject: {said.subject}\n\n{said.final_body}"


# --- the rest ------------------------------------------------------------------------------------


def _kept(here: Session, kept: Sequence[Judged]) -> None:
    """Approved, but something is in the way: the sentence first, all of it for the ticked one."""
    if not kept:
        return
    st.subheader(f"Kept back: {counted(len(kept), 'message')}", anchor=False)
    st.caption("What changed since the approval, or what has to pass first.")
    rows = [{**_row(here, one), "Because": _first(one)} for one in kept]
    event = st.dataframe(
        pl.DataFrame(rows),
        key="outbox_kept",
        hide_index=True,
        height=min(300, 38 + 35 * len(rows)),
        column_order=("Customer", "Because", "To", "Approved by", "Approved"),
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        alt="Approved messages that may not leave, with the reason.",
    )
    ticked = [row for row in event.selection.rows if row < len(kept)]
    _message(here, kept[ticked[0] if ticked else 0], may_leave=False)


def _first(one: Judged) -> str:
    if one.reasons:
        return one.reasons[0].sentence
    return f"Refused for good: {one.delivery.last.payload['said'] if one.delivery.last else ''}"


def _sent(here: Session, sent: Sequence[Judged]) -> None:
    """What left, newest first, each with what proves it."""
    st.subheader(f"Handed over: {counted(len(sent), 'message')}", anchor=False)
    if not sent:
        st.caption("Nothing has left yet. Each message that does is listed here with its proof.")
        return
    newest = sorted(sent, key=lambda one: one.entry.seq, reverse=True)
    rows = [_proof(here, one) for one in newest]
    st.dataframe(
        pl.DataFrame(rows),
        key="outbox_sent",
        hide_index=True,
        height=min(300, 38 + 35 * len(rows)),
        column_config={
            "Customer": st.column_config.TextColumn(width=160),
            "To": st.column_config.TextColumn(width=190),
            "Approved by": st.column_config.TextColumn(width=100),
            "Handed over": st.column_config.TextColumn(width=175),
            "By": st.column_config.TextColumn(width=90),
            "Proof": st.column_config.TextColumn(width=270),
            "SHA-256": st.column_config.TextColumn(width=150),
        },
        alt="Messages that were handed over, each with its proof.",
    )
    st.download_button(
        "Save as CSV",
        partial(csv_bytes, list(rows[0]), rows),
        file_name=f"handed-over-{here.as_of}.csv",
        mime="text/csv",
        key="outbox_csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def _proof(here: Session, one: Judged) -> dict[str, str]:
    last = one.delivery.last
    payload = last.payload if last else {}
    file = payload.get("file") or ""
    taken = "" if not file or (here.pilot.folder / file).is_file() else " (taken from the folder)"
    return {
        "Customer": _customer(here, one),
        "To": one.decision.to,
        "Approved by": one.entry.by,
        "Handed over": moment(last.at) if last else "",
        "By": last.by if last else "",
        "Proof": f"{file}{taken}" if file else str(payload.get("said", "")),
        "SHA-256": str(payload.get("sha256", "")),
        "Message-ID": str(payload.get("message_id", "")),
    }


def _lapsed(here: Session, lapsed: Sequence[Judged]) -> None:
    """Approvals of the past that never left: kept in the record, out of the way here."""
    if not lapsed:
        return
    with st.expander(f"Lapsed or replaced: {counted(len(lapsed), 'approval')}"):
        st.caption("They do not leave any more. A case that is still open is back in the Queue.")
        newest = sorted(lapsed, key=lambda one: one.entry.seq, reverse=True)
        st.dataframe(
            pl.DataFrame(
                [
                    {
                        "Customer": _customer(here, one),
                        "Approved by": one.entry.by,
                        "On": day(one.entry.on_day),
                        "Because": one.reasons[0].sentence,
                    }
                    for one in newest
                ]
            ),
            key="outbox_lapsed",
            hide_index=True,
            column_config=_COLUMNS,
            alt="Approvals that lapsed or were replaced before they left.",
        )


page()
