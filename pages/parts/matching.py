"""Whose messages, tickets, deals and agreements are: the tables, and the form to say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from pages.parts import matching_acts
from pages.parts.allowed import allowed
from pages.parts.matching_acts import input_key
from pages.parts.session import Session
from pages.parts.wording import day, money
from pipeline.warehouse import filing as books

Rows = Sequence[Mapping[str, Any]]


def unmatched(here: Session) -> list[dict[str, Any]]:
    """Messages from others that match no customer, newest first."""
    return here.kept("matching unmatched", lambda: books.unmatched_messages(here.day))


def counts(here: Session) -> dict[str | None, int]:
    """How it is known whose a message is -> messages; None: it is not known."""
    rows = here.kept("matching counts", lambda: books.message_counts(here.day))
    return {row["matched_by"]: row["n"] for row in rows}


def tickets(here: Session) -> list[dict[str, Any]]:
    """Tickets open on the day, those without a customer first."""
    return here.kept("matching tickets", lambda: books.tickets(here.day))


def deals(here: Session) -> list[dict[str, Any]]:
    """Deals open on the day, those without a customer first."""
    return here.kept("matching deals", lambda: books.deals(here.day))


def agreements(here: Session) -> list[dict[str, Any]]:
    """Agreements in prose, those without a customer first."""
    return here.kept("matching agreements", lambda: books.agreements(here.day))


def filed(here: Session) -> list[dict[str, Any]]:
    """What people have filed, newest first."""
    return here.kept("matching filed", lambda: books.filed(here.day))


def picked(
    here: Session,
    rows: Rows,
    columns: Mapping[str, Sequence[Any]],
    *,
    key: str,
    alt: str,
    widths: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """The rows as a table of which one is ticked; returns that one, else the first."""
    event = st.dataframe(
        pl.DataFrame(columns, strict=False, infer_schema_length=None),
        key=f"{key}_{len(here.entries)}",
        hide_index=True,
        height="content" if len(rows) < 12 else 420,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        column_config=dict(widths or {}),
        alt=alt,
    )
    ticked = [rows[place] for place in event.selection.rows if place < len(rows)]
    return ticked[0] if ticked else rows[0]


def form(here: Session, kind: str, key: str) -> None:
    """Says whose it is: a customer, and one of its open invoices where it is about one."""
    names = here.kept("matching customers", lambda: _names(here))
    customer_id = st.selectbox(
        "Whose is it?",
        list(names),
        index=None,
        placeholder="Type a name or number",
        format_func=names.__getitem__,
        key=input_key("matching_customer"),
    )
    if kind not in ("contracts", "deals"):
        invoices = _invoices(here, customer_id) if customer_id else {}
        st.selectbox(
            "About which invoice?",
            list(invoices),
            index=None,
            placeholder="Every invoice of the customer",
            format_func=invoices.__getitem__,
            key=input_key("matching_invoice"),
            disabled=not invoices,
        )
    allowed(st.button, "item_filed")(
        "File it",
        key="matching_file",
        type="primary",
        icon=":material/drive_file_move:",
        disabled=customer_id is None,
        on_click=matching_acts.file_it,
        args=(kind, key),
        help="Kept in the record with your name; from now on it counts as any other.",
    )


def _names(here: Session) -> dict[str, str]:
    rows = books.customers(here.day)
    return {row["customer_id"]: f"{row['name']} · {row['customer_id']}" for row in rows}


def _invoices(here: Session, customer_id: str) -> dict[str, str]:
    rows = here.kept(
        f"matching invoices/{customer_id}", lambda: books.open_invoices_of(here.day, customer_id)
    )
    return {row["invoice_id"]: _invoice(row) for row in rows}


def _invoice(row: Mapping[str, Any]) -> str:
    owed = money(row["open_amount"], row["currency"])
    return f"{row['invoice_id']} · {owed} · due {day(row['due_on'])}"
