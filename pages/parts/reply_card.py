"""How well the suggested labels of replies agree with those that people confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, escaped
from pipeline.replies.closing import TITLES
from pipeline.reply_desk import FEWEST, accuracy, in_words


def reply_card() -> None:
    """The card: agreement, sensitive recall, label by label, and what was taken for what."""
    here = session.here()
    st.markdown(
        "What a customer's message means is suggested by rules and confirmed by a person on "
        "Review. Each confirmed label is kept beside the suggested one. Intervals are "
        f"Wilson's, 95%; under {FEWEST} messages a share is not told."
    )
    if here.is_empty:
        st.info("There are no messages yet: load the exports on the page Exports.")
        return
    card = here.kept("reply_card", lambda: accuracy(here.day))
    if not card["n"]:
        st.info(
            "No message is closed yet: accept, change or reject a suggested label on the page "
            "Review, under Last words."
        )
        return
    _headline(card)
    _labels(here, card["labels"])
    _confusion(here, card["confusion"])
    save(_gold(card["messages"]), key="gold_csv", name=f"reply-labels-{here.as_of}",
         label="Confirmed labels as CSV")  # fmt: skip


def _headline(card: Mapping[str, Any]) -> None:
    said = card["verdicts"]
    lines = [
        (
            f"{counted(card['n'], 'message')} closed: {said['accept']} as suggested, "
            f"{said['change']} with another label, {said['reject']} with none that fits."
        ),
        f"Governing label right: {in_words(card['agreement'])}.",
        f"Sensitive messages that were marked: {in_words(card['sensitive_recall'])}.",
        f"Marked messages that were sensitive: {in_words(card['sensitive_precision'])}.",
    ]
    st.markdown("\n".join(f"- {escaped(line)}" for line in lines))
    st.caption(
        "People saw the suggestion before they confirmed it, and only what was closed counts: "
        "these figures flatter. Before one is quoted, have two people label a sample blind."
    )


def _labels(here: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    shown = [
        {
            "label": TITLES[row["label"]],
            "confirmed": row["confirmed"],
            "suggested": row["suggested"],
            "both": row["both"],
            "found of the confirmed": in_words(row["recall"]),
            "right of the suggested": in_words(row["precision"]),
        }
        for row in rows
    ]
    table(shown, key="reply_labels", alt="Labels, confirmed and suggested", height="content")
    save(shown, key="reply_labels_csv", name=f"reply-accuracy-{here.as_of}")


def _confusion(here: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    st.subheader("What was taken for what", anchor=False)
    shown = [
        {
            "suggested": TITLES[row["suggested"]],
            "confirmed": TITLES[row["confirmed"]],
            "messages": row["messages"],
        }
        for row in rows
    ]
    table(shown, key="reply_confusion", alt="Governing labels, suggested and confirmed")
    save(shown, key="reply_confusion_csv", name=f"reply-confusion-{here.as_of}")


def _gold(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One line for each message, its labels as words."""
    return [
        {**row, "labels": " ".join(row["labels"]), "suggested": " ".join(row["suggested"])}
        for row in rows
    ]
