"""What a decision rests on: reasons, invoices, last words, people, payments, and their rows.

Everything that somebody outside wrote is shown by widgets for plain text.
"""

from __future__ import annotations

import polars as pl
import streamlit as st

from pages.parts.last_words import EXCHANGES, exchange, last_words
from pages.parts.session import Session
from pages.parts.splits import also_fired
from pages.parts.tables import save
from pages.parts.wording import counted, day, escaped, money, place
from pipeline.acting import Made
from pipeline.drafting.doubts import days_since
from pipeline.drafting.handing import deal_in_words
from pipeline.ledger.entries import what_happened
from pipeline.model import REASONS, Dossier, Entry, Fact, Person
from pipeline.warehouse.evidence import source_row

PAYMENTS = 6
DECISIONS = 4


def evidence(here: Session, made: Made) -> None:
    """Everything known about the case, most telling first."""
    dossier = made.dossier
    _why(here, made)
    _decided(here, made)
    _invoices(dossier)
    last_words(here, dossier)
    _people(dossier)
    _payments(dossier)
    _standing(dossier)
    _facts(here, made)


def facts_alone(dossier: Dossier) -> None:
    """What is known, without what the policy makes of it: no lane, no rule, no score."""
    _invoices(dossier)
    _exchanges(dossier)
    _people(dossier)
    _payments(dossier)
    _standing(dossier)


def _why(here: Session, made: Made) -> None:
    case = made.case
    _heading("Why it is here")
    _bullets([f"{case.rule}: {case.because}", *also_fired(here, case)])
    st.caption(escaped(made.dossier.score_sentence))


def _decided(here: Session, made: Made) -> None:
    """Holds and other verdicts so far on these invoices, newest first, each with who and why."""
    mine = set(made.case.invoice_ids)
    undone = {e.payload.get("event_id") for e in here.entries if e.kind == "undone"}
    found = [
        entry
        for entry in reversed(here.entries)
        if entry.kind == "decision"
        and entry.on_day <= here.as_of
        and mine & set(entry.payload.get("invoice_ids", ()))
    ]
    if not found:
        return
    _heading("Decided before")
    _bullets([_verdict(entry, is_undone=entry.event_id in undone) for entry in found[:DECISIONS]])
    if len(found) > DECISIONS:
        st.caption(f"{counted(len(found) - DECISIONS, 'older decision')} in Explain › Record.")


def _verdict(entry: Entry, *, is_undone: bool) -> str:
    said = f"{entry.on_day}, {entry.by}: {what_happened(entry)}"
    why = [REASONS.get(entry.payload.get("reason") or "", ""), entry.payload.get("note") or ""]
    if any(why):
        said += f" ({'; '.join(filter(None, why))})"
    return f"{said}. Taken back since." if is_undone else f"{said}."


def _invoices(dossier: Dossier) -> None:
    lines = dossier.invoices
    _heading(counted(len(lines), "open invoice"))
    st.dataframe(
        pl.DataFrame(
            {
                "Invoice": [line.invoice_id for line in lines],
                "Due": [line.due_on for line in lines],
                "Days": [line.days_past_due for line in lines],
                "Open": [line.open_amount for line in lines],
                "PO": [line.po_number for line in lines],
                "Read from": [f"{line.file} {line.row}" for line in lines],
            },
            schema_overrides={
                "Due": pl.Date(),
                "Days": pl.Int64(),
                "Open": pl.Decimal(18, 3),
                "PO": pl.String(),
            },
        ),
        hide_index=True,
        key="invoices",
        placeholder="–",
        column_config={
            "Days": st.column_config.NumberColumn(help="Days past due", width=52),
            "Open": st.column_config.NumberColumn(
                format="accounting", help=f"In {dossier.case.currency}", width=88
            ),
            "Due": st.column_config.DateColumn(format="D MMM YYYY", width=92),
            "Invoice": st.column_config.TextColumn(width=80),
            "PO": st.column_config.TextColumn(width=60),
        },
        alt="The open invoices of this case.",
    )


def _exchanges(dossier: Dossier) -> None:
    newest = sorted(dossier.exchanges, key=lambda one: one.sent_at, reverse=True)
    _heading("Last words")
    if not newest:
        st.caption("No message is on record.")
    for one in newest[:EXCHANGES]:
        exchange(one)


def _people(dossier: Dossier) -> None:
    left, right = st.columns(2)
    with left:
        _heading("Contact")
        _person(dossier, dossier.contact, "Nobody is known who could be written to.")
    with right:
        _heading("Account owner")
        _person(dossier, dossier.owner, "Nobody owns this account.")


def _person(dossier: Dossier, person: Person | None, nobody: str) -> None:
    if person is None:
        st.caption(nobody)
        return
    st.text(f"{person.name}\n{person.email or 'no address'}")
    said = [
        person.role,
        person.status if person.status != "active" else None,
        _verified(dossier, person),
    ]
    st.caption(escaped(" · ".join([*filter(None, said), place(person.cell)])))


def _verified(dossier: Dossier, person: Person) -> str | None:
    if person is dossier.owner:
        return None
    days = days_since(person.verified_on, dossier.as_of)
    return "never verified" if days is None else f"verified {days} days ago"


def _payments(dossier: Dossier) -> None:
    _heading("How they pay")
    unapplied = dossier.unapplied_amount
    if unapplied:
        st.markdown(
            f":material/warning: {escaped(money(unapplied, dossier.case.currency))} is unapplied."
        )
    if not dossier.payments:
        st.caption("No paid invoice is on record.")
        return
    paid = dossier.payments[:PAYMENTS]
    st.dataframe(
        pl.DataFrame(
            {
                "Invoice": [one.invoice_id for one in paid],
                "Paid": [one.paid_on for one in paid],
                "Days late": [one.days_late for one in paid],
                "Amount": [one.amount for one in paid],
                "Currency": [one.currency for one in paid],
            },
            schema_overrides={"Days late": pl.Int64(), "Amount": pl.Decimal(18, 3)},
        ),
        hide_index=True,
        key="payments",
        placeholder="–",
        column_config={
            "Amount": st.column_config.NumberColumn(format="accounting"),
            "Paid": st.column_config.DateColumn(format="D MMM YYYY"),
        },
        alt="The customer's newest paid invoices.",
    )


def _standing(dossier: Dossier) -> None:
    said = [f"{key.replace('_', ' ')} {value}" for key, value in dossier.standing.items() if value]
    terms = {terms for terms in dossier.terms_sources.values() if terms}
    if len(terms) > 1:
        said += [f"{where} says {terms}" for where, terms in dossier.terms_sources.items() if terms]
    if dossier.promised_on:
        said.append(f"promised to pay by {day(dossier.promised_on)}")
    _heading("Standing")
    if said or not dossier.deals:
        st.caption(escaped(" · ".join(said) or "Nothing is on record."))
    for deal in dossier.deals:
        st.text(deal_in_words(deal, dossier.as_of))
        st.caption(escaped(place(deal.source)))


def _facts(here: Session, made: Made) -> None:
    """What the message says, each with its cell; a ticked one shows the row it came from."""
    facts = made.draft.facts or made.dossier.facts
    _heading("Where each fact was read")
    rows = [
        {
            "Fact": fact.name.replace("_", " "),
            "Says": fact.token,
            "Read from": place(fact.source),
        }
        for fact in facts
    ]
    event = st.dataframe(
        pl.DataFrame(rows, schema=["Fact", "Says", "Read from"], orient="row"),
        hide_index=True,
        key="facts",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Fact": st.column_config.TextColumn(width=105),
            "Says": st.column_config.TextColumn(width=125),
            "Read from": st.column_config.TextColumn(width=250),
        },
        alt="The facts of this case and the cells they were read from.",
    )
    ticked = [row for row in event.selection.rows if row < len(facts)]
    if ticked:
        _source(here, facts[ticked[0]])
    else:
        st.caption("Tick a fact to see the row it was read from.")
    if rows:
        save(rows, key="facts_csv", name=f"facts-{made.case.customer_id}")


def _source(here: Session, fact: Fact) -> None:
    source = fact.source
    if source is None or source.row is None:
        st.caption(
            "Counted over the whole column." if source else "Stated by the pilot's own settings."
        )
        return
    rows = source_row(here.pilot.books(), source.file, source.row)
    st.caption(escaped(place(source)))
    st.dataframe(
        pl.DataFrame(
            {
                "Column": [row["column"] for row in rows],
                "Value": [None if row["value"] is None else str(row["value"]) for row in rows],
            },
            schema={"Column": pl.String(), "Value": pl.String()},
        ),
        hide_index=True,
        key="source_row",
        placeholder="–",
        alt="The row as the books read it.",
    )


def _heading(title: str) -> None:
    st.markdown(f"**{escaped(title)}**")


def _bullets(sentences: list[str]) -> None:
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in sentences))
