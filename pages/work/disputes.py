"""Work · Disputes: who has which dispute, since when, and what is due next."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from pages.parts import dispute_acts, session
from pages.parts.allowed import allowed
from pages.parts.dispute_desk import dispute
from pages.parts.dispute_trying import try_it
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, disputed_for, escaped, money
from pipeline.disputing import REASONS, STAGES, Board, Card, board

#: Cards shown of a column; the table below holds them all.
_SHOWN = 6


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("Who has which dispute, and for how long?")
    if here.is_empty:
        st.info("There are no invoices yet: load the exports on the page Exports.")
        return
    found = here.kept("disputes board", lambda: board(here.day, here.pilot.settings))
    _summary(found)
    if found.cards:
        chosen = _chosen(found)
        with st.container(height=340, border=False, key="disputes_board"):
            _columns(found, chosen)
        _walk(found, chosen)
        dispute(here, chosen, _people(here))
        _table(found)
    else:
        st.success("Nothing is in dispute, and nothing was in the last thirty days.")
    _flag()
    _routes(here, found)


def _summary(found: Board) -> None:
    waiting = found.column("flagged")
    late = [card for card in waiting if card.is_late]
    parts = [
        f"{money(part['disputed'], code)} disputed, {money(part['undisputed'], code)} of the same "
        "invoices not"
        for code, part in found.totals().items()
    ]
    said = f"{counted(len(waiting), 'dispute')} without an owner, {len(late)} of them late"
    st.markdown(escaped(" · ".join([said, *parts])))
    st.caption(
        "The clock runs from the flag until the owner accepts, never only until somebody was "
        "asked: Monday to Friday, 8 to 17 UTC. What is not disputed stays owed."
    )


def _chosen(found: Board) -> Card:
    card = found.card(st.session_state.get("dispute")) or found.cards[0]
    opened = [one for one in found.cards if one.stage != "closed"]
    if not st.session_state.get("dispute") and opened:
        card = opened[0]
    return card


def _walk(found: Board, card: Card) -> None:
    """From one open dispute to the next, by key."""
    walk = [one.invoice_id for one in found.cards if one.stage != "closed"]
    at = walk.index(card.invoice_id) if card.invoice_id in walk else -1
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for label, key, to in (("Previous", "K", at - 1), ("Next", "J", at + 1)):
            st.button(
                label,
                key=f"dispute_{label.lower()}",
                shortcut=key,
                on_click=dispute_acts.choose,
                args=(walk[to] if 0 <= to < len(walk) else None,),
                disabled=not 0 <= to < len(walk),
            )


def _columns(found: Board, chosen: Card) -> None:
    for column, (stage, title) in zip(st.columns(len(STAGES)), STAGES.items(), strict=True):
        cards = found.column(stage)
        with column:
            st.markdown(f"**{title}** {len(cards)}")
            for card in cards[:_SHOWN]:
                _card(card, is_chosen=card == chosen)
            if len(cards) > _SHOWN:
                st.caption(f"and {len(cards) - _SHOWN} more in the table")
            elif not cards:
                st.caption("None.")


def _card(card: Card, *, is_chosen: bool) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.button(
            escaped(card.customer),
            key=f"dispute_open:{card.dispute_id}",
            on_click=dispute_acts.choose,
            args=(card.invoice_id,),
            type="primary" if is_chosen else "tertiary",
        )
        if card.stage == "closed":
            st.caption(
                escaped(
                    f"{disputed_for(card.reason)} · {card.outcome or card.owner or 'no outcome'}"
                )
            )
            return
        st.caption(
            escaped(f"{money(card.disputed_amount, card.currency)} · {disputed_for(card.reason)}")
        )
        who = card.owner or (f"asked: {card.asked}" if card.asked else "nobody asked")
        said = escaped(f"{card.business_hours:.1f} business h · {who}")
        is_late = card.stage == "flagged" and card.is_late
        if is_late:
            st.markdown(f":red[:material/schedule: late · {said}]")
        else:
            st.caption(said)


def _people(here: Session) -> list[str]:
    rows = here.kept("people now", lambda: here.day.metric("people_now").rows)
    return list(dict.fromkeys(row["name"] for row in rows if row["is_active"] and row["name"]))


def _table(found: Board) -> None:
    rows = [
        {
            "invoice_id": card.invoice_id,
            "customer": card.customer,
            "stage": STAGES[card.stage],
            "reason": disputed_for(card.reason),
            "disputed": card.disputed_amount,
            "not_disputed": card.undisputed_amount,
            "currency": card.currency,
            "owner": card.owner or "",
            "asked": card.asked or "",
            "business_hours": card.business_hours,
            "clock_hours": card.clock_hours,
            "hand_offs": card.hand_offs,
            "detection_hours": card.detection_hours,
        }
        for card in found.cards
    ]
    with st.expander("All of them as a table", key="disputes_all"):
        table(rows, key="disputes_table", alt="Every dispute of the board")
        save([asdict(card) for card in found.cards], key="disputes_csv", name="disputes")


def _flag() -> None:
    with st.expander("Flag another invoice", key="dispute_flag_form"):
        row = st.columns([2, 2, 1.5, 3, 1.2], vertical_alignment="bottom")
        row[0].text_input("Invoice", key="dispute_new_invoice", placeholder="INV-…")
        row[1].selectbox(
            "Reason",
            list(REASONS),
            key="dispute_new_reason",
            index=None,
            format_func=disputed_for,
            placeholder="Choose",
        )
        row[2].text_input("Disputed part", key="dispute_new_amount", placeholder="All of it")
        row[3].text_input("Note", key="dispute_new_note", placeholder="What the customer says")
        allowed(row[4].button, "dispute_flagged")(
            "Flag", key="dispute_flag", on_click=dispute_acts.flag, type="primary"
        )


def _routes(here: Session, found: Board) -> None:
    with st.expander("Who takes which reason", key="dispute_routes"):
        rows = list(found.routes)
        table(
            rows, key="dispute_routes_table", alt="Reason, owner, backup, hours", height="content"
        )
        save(rows, key="dispute_routes_csv", name="dispute-routes")
        st.markdown(
            "Change a line in `pilot.toml`; a name, an id, a team, or `account owner`. The codes "
            "are those of ANSI X12 426 and EDIFACT 4465, to load into an ERP."
        )
        st.code(
            '[disputes.PRICE]\nowner = "account owner"\nbackup = "finance"\nsla_hours = 8',
            language="toml",
        )
        st.caption(escaped(str(here.pilot.folder / "pilot.toml")))
        try_it(here)


page()
