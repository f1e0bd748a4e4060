"""What a model says of a customer's messages, where pilot.toml lets it read them.

It stands beside what the rules found and never instead. Asked is by a button, with a progress
line; what it says can add a stop and lift none.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import session, worded
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pages.parts.wording import counted, escaped
from pipeline.acting import Moment
from pipeline.llm import Asker
from pipeline.model import Dossier
from pipeline.replies.closing import TITLES
from pipeline.reply_desk import ask_meanings, can_ask, summary_of
from pipeline.warehouse.day import Row


def summary(here: Session, dossier: Dossier) -> None:
    """The model's summary, or why there is none; nothing while nobody asked."""
    found = summary_of(here.pilot, dossier)
    if found is None:
        return
    if not found.sentences:
        st.caption(escaped(f"No summary by a model: {found.why}"))
        return
    st.markdown(f"**In short** · suggested by {escaped(found.model)}")
    st.text(" ".join(found.sentences))
    st.caption(
        "Every figure, name and date in it stands in the messages; what it leaves out, nobody "
        "has checked. Read their words below."
    )


def suggested(row: Row) -> None:
    """The labels that a model added to those of the rules, with the words behind them."""
    if row["model"] is None:
        return
    titles = ", ".join(TITLES[label] for label in row["by_model"]) or "nothing more"
    st.markdown(f"Suggested by {escaped(row['model'])}: **{escaped(titles)}**")
    for words in row["by_model_words"]:
        st.text(f"“{words}”")


def button(here: Session, dossier: Dossier) -> None:
    """The way to ask, where there is something to ask."""
    if not can_ask(here.pilot, here.day, dossier):
        return
    settings = here.pilot.settings.drafting
    allowed(st.button, "reply_labelled")(
        "Ask the model what they mean",
        key="ask_meanings",
        icon=":material/contact_support:",
        type="tertiary",
        on_click=_ask,
        args=(dossier.case.case_id,),
        help=escaped(
            f"Gives their open messages, redacted, to {settings.model}, for "
            f"{settings.timeout_seconds:g} s each at most. What it says can stop a draft and "
            "never release one."
        ),
    )


@one_sentence
def _ask(case_id: str) -> None:
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        dossier = here.pilot.dossier(here.day, here.desk, case_id)
        asker = Asker(here.pilot.folder, here.pilot.settings.drafting, run=worded.run())
        with st.spinner(f"{escaped(asker.model)} reads…", show_time=True):
            found = ask_meanings(here.pilot, here.day, dossier, asker, moment)
    finally:
        here.close()
    labels = [label for one in found.labelled for label in one["labels"]]
    refused = [why for one in found.labelled for why in one["refused"]]
    told = f"{counted(len(found.labelled), 'message')} read, {counted(len(labels), 'label')} added"
    say(f"{told}, {len(refused)} refused." if found.labelled else "Summed up.")
