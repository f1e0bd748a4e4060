"""Last words: what the customer wrote, what it seems to mean, and the keys that close it.

What strangers wrote is shown by widgets for plain text; the words behind a label stand between
brackets in it.
"""

from __future__ import annotations

from datetime import UTC

import streamlit as st

from pages.parts import asked, reply_acts
from pages.parts.allowed import allowed
from pages.parts.session import Session
from pages.parts.wording import counted, escaped, moment, place
from pipeline.context import newest_words
from pipeline.drafting.gist import gist
from pipeline.model import Case, Dossier, Exchange
from pipeline.replies import LABELS, proposed
from pipeline.replies.closing import TITLES, can_be_settled, effect
from pipeline.warehouse.day import Row
from pipeline.warehouse.replies import replies_of

EXCHANGES = 3


def last_words(here: Session, dossier: Dossier) -> None:
    """What was said in short, the message to close, then the newest of the others."""
    _in_short(dossier)
    asked.summary(here, dossier)
    asked.button(here, dossier)
    st.markdown("**Last words**")
    customer_id = dossier.case.customer_id
    rows = here.kept(f"replies/{customer_id}", lambda: replies_of(here.day, customer_id))
    newest = sorted(dossier.exchanges, key=lambda one: one.sent_at, reverse=True)
    if not newest and not rows:
        st.caption("No message is on record.")
        return
    first = _first(rows)
    if first is not None:
        known = next((one for one in newest if _is_same(one, first)), None)
        _reply(first, known, dossier.case)
        _others(rows, first)
    rest = [one for one in newest if first is None or not _is_same(one, first)]
    for one in rest[: EXCHANGES - (first is not None)]:
        exchange(one)


def _in_short(dossier: Dossier) -> None:
    """The telling sentences, verbatim, each with its day and what it seems to mean."""
    said = gist(dossier)
    if not said:
        return
    st.markdown("**In their words**")
    with st.container(gap="xxsmall"):
        for one in said:
            st.text(f"“{one.text}”")
            st.caption(escaped(f"{moment(one.sent_at)} · {TITLES[one.label]}"))


def _first(rows: list[Row]) -> Row | None:
    """The newest message that is open and stops something, else the newest that a person wrote.

    The books put the first kind before the others.
    """
    written = [row for row in rows if row["stops"] or row["automatic"] is None]
    return next(iter(written), None)


def _is_same(one: Exchange, row: Row) -> bool:
    sent_at = row["sent_at"].replace(tzinfo=UTC)
    return one.sent_at == sent_at and one.subject == (row["subject"] or "")


def _reply(row: Row, known: Exchange | None, case: Case) -> None:
    with st.container(border=True, gap="xxsmall", key="reply"):
        st.text(f"From {row['sender'] or 'somebody'}")
        where = f" · {place(known.source)}" if known else ""
        st.caption(escaped(f"{moment(row['sent_at'].replace(tzinfo=UTC))}{where}"))
        st.text(row["subject"] or "")
        words = row["reply"] or newest_words(row["body"])
        st.text(_marked(words, row["suggested_words"]) or "(no words of its own)")
        _meaning(row, case)
        _acts(row)


def _marked(words: str, spans: list[str]) -> str:
    """The text with each of the words behind a label between brackets."""
    for span in sorted({span for span in spans if span.strip()}, key=len, reverse=True):
        words = words.replace(span, f"⟦{span}⟧", 1) if f"⟦{span}⟧" not in words else words
    return words


def _meaning(row: Row, case: Case) -> None:
    titles = ", ".join(TITLES[label] for label in row["suggested"]) or "nothing"
    st.markdown(f"Suggested by the words in ⟦ ⟧: **{escaped(titles)}**")
    asked.suggested(row)
    if row["is_unread"]:
        st.caption("Some of it no rule understood: read it yourself.")
    if row["event_id"]:
        who = f"{row['closed_by']} on {row['closed_on']}"
        st.markdown(
            f":material/task_alt: Closed as **{escaped(TITLES[row['label']])}** by {escaped(who)}. "
            f"{escaped(effect(row['labels'], row['is_settled']))}"
        )
    elif row["stops"] and _is_elsewhere(row, case):
        st.caption(escaped(f"Stops drafts on {row['invoice_id']}, which is not in this case."))
    elif row["stops"]:
        st.markdown(":red[:material/block:] Stops every draft it may concern until you close it.")
    else:
        st.caption(
            "Stops nothing now: answered, automatic, or about what is no longer open. Its label "
            "counts all the same."
        )


def _proposed(row: Row) -> list[str]:
    """What accepting confirms: the labels of rules and model."""
    return list(proposed(row["suggested"], row["by_model"]))


def _is_elsewhere(row: Row, case: Case) -> bool:
    """Whether it was answered and stops another invoice than those of the case."""
    named = row["invoice_id"]
    return bool(row["is_answered"] and named and named not in case.invoice_ids)


def _acts(row: Row) -> None:
    message_id, stamp, is_closed = row["message_id"], row["stamp"], bool(row["event_id"])
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        if not is_closed:
            _button("Accept", "accept", "Y", effect(_proposed(row)), message_id, stamp)
            _button(
                "None fits",
                "reject",
                "N",
                "It means none of the labels. It stops nothing more.",
                message_id,
                stamp,
            )
        _settled(row)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.selectbox(
            "Another label",
            [label for label in LABELS if [label] != _proposed(row)],
            index=None,
            key=reply_acts.label_key(message_id),
            format_func=TITLES.__getitem__,
            placeholder="Another label",
            label_visibility="collapsed",
            width=210,
        )
        _button("Change", "change", "L", "It means what is chosen beside it.", message_id, stamp)
    chosen = st.session_state.get(reply_acts.label_key(message_id))
    if chosen:
        st.caption(escaped(f"Change to “{TITLES[chosen]}”: {_lower(effect([chosen]))}"))
    elif not is_closed:
        st.caption(escaped(f"Accept: {_lower(effect(_proposed(row)))}"))


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _button(label: str, verdict: str, key: str, told: str, message_id: str, stamp: str) -> None:
    allowed(st.button, "reply_closed")(
        label,
        key=f"reply_{verdict}",
        shortcut=key,
        on_click=reply_acts.close,
        args=(verdict, message_id, stamp),
        help=escaped(told),
    )


def _settled(row: Row) -> None:
    """What the message asks for is dealt with: said at once, or once it is closed."""
    is_closed = bool(row["event_id"])
    if row["is_settled"] or not can_be_settled(row["labels"] if is_closed else _proposed(row)):
        return
    told = "What it asks for is dealt with: it stops nothing more."
    if is_closed:
        allowed(st.button, "reply_closed")(
            "Settled",
            key="reply_settled",
            shortcut="S",
            on_click=reply_acts.settle,
            args=(row["message_id"],),
            help=told,
        )
        return
    allowed(st.button, "reply_closed")(
        "Accept, settled",
        key="reply_settled",
        shortcut="S",
        on_click=reply_acts.close,
        args=("accept", row["message_id"], row["stamp"]),
        kwargs={"is_settled": True},
        help=told,
    )


def _others(rows: list[Row], first: Row) -> None:
    """How many messages wait behind the one that is shown."""
    waiting = [r for r in rows if r["stops"] and not r["event_id"] and r is not first]
    if waiting:
        wait = "waits" if len(waiting) == 1 else "wait"
        st.caption(f"{counted(len(waiting), 'more message')} of theirs {wait} to be closed.")


def exchange(one: Exchange) -> None:
    """One message, as it came."""
    arrow = {"in": "From", "out": "We wrote,"}.get(one.direction, "By")
    with st.container(border=True, gap="xxsmall"):
        st.text(f"{arrow} {one.sender}")
        st.caption(escaped(f"{moment(one.sent_at)} · {place(one.source)}"))
        st.text(one.subject)
        st.text(one.text or "(no words of its own)")
        if one.confirmed:
            st.caption(f":material/task_alt: Closed as {escaped(TITLES[one.confirmed[0]])}.")
