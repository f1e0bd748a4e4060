"""Messages and agreements: what could not be matched, what papers say, and whose each thing is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts import address, health, matching, session
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.matching_acts import take_back
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, day, escaped, money
from pipeline.health.filing import CONCERNS, KNOWN_BY
from pipeline.warehouse import filing as books

_AUTOMATIC = {"reply": "Automatic reply", "bounce": "Came back", "bulk": "Mass mail"}
#: Terms of an agreement, in the words of a collector.
_TERMS = {
    "payment_terms": "Payment",
    "po_required": "PO number",
    "starts_on": "Start",
    "renewal": "Renewal",
}
_NOUNS = {
    "messages": "Message",
    "tickets": "Ticket",
    "deals": "Deal",
    "contracts": "Agreement",
}


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("What could not be matched?")
    with st.spinner("Matching messages, tickets, deals and agreements"):
        received = matching.counts(here)
        tickets, papers = matching.tickets(here), matching.agreements(here)
        deals = matching.deals(here)
    if not any((received, tickets, deals, papers)):
        _nothing()
        return
    lost = {
        "messages": len(matching.unmatched(here)),
        "tickets": len([row for row in tickets if not row["is_matched"]]),
        "deals": len([row for row in deals if not row["is_matched"]]),
        "agreements": len([row for row in papers if row["customer_id"] is None]),
        "filed": len(matching.filed(here)),
    }
    _headline(lost)
    VIEWS[_view(lost)](here)


def _nothing() -> None:
    st.info(
        "No message, ticket, deal or agreement is loaded yet. Load a mailbox (mbox, Google "
        "Takeout, .eml, .msg), an export of messages, tickets or deals, or contracts as PDF, DOCX "
        "or Markdown in a folder named contracts: each finds its customer here, or waits for you."
    )
    st.page_link(
        page_file("pages/prepare/exports.py"), label="Load the exports", icon=":material/input:"
    )


def _headline(lost: Mapping[str, int]) -> None:
    waiting = [
        counted(lost[name], noun)
        for name, noun in (("messages", "message"), ("tickets", "ticket"), ("deals", "deal"))
        if lost[name]
    ]
    if lost["agreements"]:
        waiting.append(counted(lost["agreements"], "agreement"))
    with st.container(horizontal=True, vertical_alignment="top"):
        if waiting:
            said = f"Nobody knows whose these are: {', '.join(waiting)}. Until you say it, "
            st.subheader(f"{said}they change no lane.", anchor=False)
        else:
            st.subheader("Everything that came in has its customer.", anchor=False)
        last = st.session_state.get("matching_last")
        if last:
            allowed(st.button, "item_filed")(
                "Undo",
                key="matching_undo",
                shortcut="U",
                icon=":material/undo:",
                on_click=take_back,
                args=(last,),
                help="Takes back what you filed last on this page.",
            )


def _view(lost: Mapping[str, int]) -> str:
    address.seed("matching_view", VIEWS)
    titles = {
        "messages": "Messages",
        "tickets": "Tickets",
        "deals": "Deals",
        "agreements": "Agreements",
        "filed": "Filed by people",
    }
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="messages" if "matching_view" not in st.session_state else None,
        required=True,
        key="matching_view",
        format_func=lambda name: f"{titles[name]} {lost[name]}" if lost[name] else titles[name],
        label_visibility="collapsed",
    )
    # A page that was left comes back without what was chosen on it.
    chosen = str(view or "messages")
    address.keep("matching_view", chosen, unless="messages")
    return chosen


# --- messages ------------------------------------------------------------------------------------


def _messages(here: Session) -> None:
    received = matching.counts(here)
    if not received:
        st.info(
            "No message from a customer is loaded. Load a mailbox or an export of messages: what "
            "customers wrote stops drafts that should not go."
        )
        return
    rows = matching.unmatched(here)
    if rows:
        _unmatched(here, rows)
    else:
        st.success(
            "Every message has its customer: nothing waits for you.", icon=":material/check:"
        )
    _how_known(here, received)


def _unmatched(here: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    left, right = st.columns([8, 5], gap="medium")
    with left:
        chosen = matching.picked(
            here,
            rows,
            {
                "Sent": [row["sent_at"] for row in rows],
                "From": [row["sender"] for row in rows],
                "Subject": [row["subject"] for row in rows],
                "Why it matches nobody": [row["why"].capitalize() for row in rows],
                "Kind": [_AUTOMATIC.get(row["automatic"], "") for row in rows],
                "File": [row["file"] for row in rows],
            },
            key="matching_messages",
            alt="Messages that match no customer, newest first, with the reason.",
            widths={"Sent": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm")},
        )
        save(
            [{n: row[n] for n in row if n != "body"} for row in rows],
            key="matching_messages_csv",
            name=f"unmatched-messages-{here.as_of}",
        )
    with right, st.container(border=True):
        st.text(f"{chosen['sender']}\n{chosen['subject']}")
        with st.container(height=220, border=False):
            st.text(chosen["reply"] or chosen["body"] or "(no text)")
        st.caption(f"{escaped(chosen['why'].capitalize())}. {escaped(chosen['file'])}")
        matching.form(here, "messages", chosen["message_id"])


def _how_known(here: Session, received: Mapping[str | None, int]) -> None:
    ways = [
        {"how it is known": KNOWN_BY[way].capitalize(), "messages": n}
        for way, n in received.items()
        if way
    ]
    if not ways:
        return
    with st.expander("What is matched, and how", icon=":material/rule:"):
        table(ways, key="matching_ways", alt="How it is known whose the messages are.",
              height="content")  # fmt: skip
        rows = here.kept("matching matched", lambda: books.matched_messages(here.day))
        st.caption(f"The newest {counted(len(rows), 'matched message')}.")
        table(
            [{**row, "matched_by": KNOWN_BY[row["matched_by"]]} for row in rows],
            key="matching_matched",
            alt="The newest matched messages with their customer and how it is known.",
            columns=("sent_at", "sender", "subject", "customer_name", "invoice_id", "matched_by"),
        )
        save(rows, key="matching_matched_csv", name=f"matched-messages-{here.as_of}")


# --- tickets -------------------------------------------------------------------------------------


def _tickets(here: Session) -> None:
    rows = matching.tickets(here)
    if not rows:
        st.info(
            "No ticket is open on this day. Load an export of the helpdesk: open disputes and "
            "deliveries keep reminders from going out."
        )
        return
    left, right = st.columns([8, 5], gap="medium")
    with left:
        chosen = matching.picked(
            here,
            rows,
            {
                "Ticket": [row["ticket_id"] for row in rows],
                "Customer": [row["customer_name"] or "nobody’s" for row in rows],
                "Kind": [row["kind"] for row in rows],
                "Means": [CONCERNS[row["concern"]] for row in rows],
                "Days open": [
                    "unknown" if row["days_open"] is None else str(row["days_open"]) for row in rows
                ],
                "Subject": [row["subject"] for row in rows],
                "Invoice": [row["invoice_id"] for row in rows],
            },
            key="matching_tickets",
            alt="Open tickets, those without a customer first.",
        )
        save(rows, key="matching_tickets_csv", name=f"open-tickets-{here.as_of}")
    with right, st.container(border=True):
        st.text(f"{chosen['ticket_id']} · {chosen['subject']}")
        if chosen["is_matched"]:
            st.text(f"It is {chosen['customer_name']}’s.")
            return
        st.text(f"The helpdesk says: {chosen['stated_customer'] or 'nobody'}")
        matching.form(here, "tickets", chosen["ticket_id"])


# --- deals ---------------------------------------------------------------------------------------


def _deals(here: Session) -> None:
    rows = matching.deals(here)
    if not rows:
        st.info(
            "No deal is open on this day. Load an export of the CRM's deals or opportunities: a "
            "reminder asks the owner first while a renewal or a purchase is about to close."
        )
        return
    left, right = st.columns([8, 5], gap="medium")
    with left:
        chosen = matching.picked(
            here,
            rows,
            {
                "Deal": [row["name"] for row in rows],
                "Customer": [row["customer_name"] or "nobody’s" for row in rows],
                "Stage": [row["stage"] for row in rows],
                "Amount": [_worth(row) for row in rows],
                "Closes": [row["closes_on"] for row in rows],
                "Owner": [row["owner_name"] for row in rows],
                "Id": [row["deal_id"] for row in rows],
            },
            key="matching_deals",
            alt="Open deals, those without a customer first.",
        )
        save(rows, key="matching_deals_csv", name=f"open-deals-{here.as_of}")
    with right, st.container(border=True):
        st.text(f"{chosen['deal_id']} · {chosen['name']}")
        if chosen["is_matched"]:
            st.text(f"It is {chosen['customer_name']}’s.")
            return
        st.text(f"The CRM says: {chosen['stated_customer'] or 'no company'}")
        matching.form(here, "deals", chosen["deal_id"])


def _worth(row: Mapping[str, Any]) -> str:
    return "not said" if row["amount"] is None else money(row["amount"], row["currency"])


# --- agreements ----------------------------------------------------------------------------------


def _agreements(here: Session) -> None:
    rows = matching.agreements(here)
    if not rows:
        st.info(
            "No agreement is loaded. Put contracts (PDF, DOCX, Markdown, text) into a folder named "
            "contracts among the exports: each term is shown with the sentence it was read from."
        )
        return
    left, right = st.columns([8, 5], gap="medium")
    with left:
        chosen = matching.picked(
            here,
            rows,
            {
                "File": [row["file"] for row in rows],
                "Customer": [row["customer_name"] or "nobody’s" for row in rows],
                "Payment": [row["terms"] or "not said" for row in rows],
                "Customer’s terms": [row["customer_terms"] for row in rows],
                "PO number": [_needed(row["po_required"]) for row in rows],
                "Renews on": [row["renews_on"] for row in rows],
                "Invoices that disagree": [row["n_conflicts"] for row in rows],
            },
            key="matching_agreements",
            alt="Agreements in prose, those without a customer first.",
        )
        save(rows, key="matching_agreements_csv", name=f"agreements-{here.as_of}")
    with right, st.container(border=True):
        _agreement(here, chosen)


def _needed(is_required: bool | None) -> str:
    return "not said" if is_required is None else "needed" if is_required else "not needed"


def _agreement(here: Session, chosen: Mapping[str, Any]) -> None:
    st.text(chosen["file"])
    rows = here.kept("matching clauses", lambda: books.clauses(here.day))
    said = [row for row in rows if row["contract_id"] == chosen["contract_id"]]
    if not said:
        st.caption("No sentence of it says a term that matters here.")
    for row in said:
        name = _TERMS.get(row["term"], row["term"].replace("_", " ").capitalize())
        st.text(f"{name}: {row['value']}\n“{row['quote']}” ({row['place']})")
    if chosen["n_conflicts"]:
        invoices = counted(chosen["n_conflicts"], "open invoice")
        st.markdown(f":red[:material/block:] {invoices} of the customer: the terms disagree.")
        st.button(
            "Settle it on Data health",
            key="matching_settle",
            icon=":material/health_and_safety:",
            on_click=_settle,
        )
    if st.session_state.pop("matching_to_health", False):
        st.switch_page(page_file("pages/prepare/data_health.py"))
    if chosen["customer_id"] is None:
        st.text(f"Filed under: {chosen['filed_under']}")
        matching.form(here, "contracts", chosen["contract_id"])
    elif chosen["filed_by"]:
        st.text(f"Filed under {chosen['customer_name']} by {chosen['filed_by']}.")


def _settle() -> None:
    health.open_finding("terms_conflict")
    st.session_state.matching_to_health = True


# --- what people filed ---------------------------------------------------------------------------


def _filed(here: Session) -> None:
    rows = matching.filed(here)
    if not rows:
        st.info(
            "Nobody has filed anything yet. What you file under a customer is kept here with your "
            "name, and can be taken back."
        )
        return
    chosen = matching.picked(
        here,
        rows,
        {
            "What": [_NOUNS[row["of_kind"]] for row in rows],
            "Id": [row["of_key"] for row in rows],
            "Customer": [row["customer_name"] or row["customer_id"] for row in rows],
            "Invoice": [row["invoice_id"] for row in rows],
            "By": [row["filed_by"] for row in rows],
            "On": [day(row["filed_on"]) for row in rows],
        },
        key="matching_filed",
        alt="What people have filed, newest first.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{_NOUNS[chosen['of_kind']]} {chosen['of_key']}")
        allowed(st.button, "item_filed")(
            "Take it back",
            key="matching_take_back",
            icon=":material/undo:",
            on_click=take_back,
            args=(chosen["event_id"],),
        )
        save(rows, key="matching_filed_csv", name=f"filed-{here.as_of}")


VIEWS: Mapping[str, Callable[[Session], None]] = {
    "messages": _messages,
    "tickets": _tickets,
    "deals": _deals,
    "agreements": _agreements,
    "filed": _filed,
}

page()
