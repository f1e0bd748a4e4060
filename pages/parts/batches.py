"""Approving routine cases together: in the cadence phase, ten at most, with a sample by itself."""

from __future__ import annotations

import polars as pl
import streamlit as st

from pages.parts import casework, session
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence, say
from pages.parts.phases import holds
from pages.parts.session import Session, named
from pages.parts.wording import counted, escaped
from pipeline.acting import Made, Moment, blocking
from pipeline.deciding import is_stopped
from pipeline.model import Case
from pipeline.sending.batches import (
    LARGEST,
    approve_batch,
    by_itself,
    has_missed,
    not_for_batches,
)


def together(here: Session, cases: list[Case]) -> None:
    """The routine cases that may be approved at once, under their subject lines."""
    if not holds(here).may_batch or is_stopped(here.entries):
        return
    with st.expander("Approve several together", icon=":material/done_all:", key="batch_open"):
        if has_missed(here.entries, here.as_of):
            st.info("A planted defect was missed today: approve one by one until tomorrow.")
            return
        found = _fit(here, cases)
        if len(found) < 2:
            st.info("Fewer than two cases fit a batch: review them one by one.")
            return
        _choose(here, found)


def _fit(here: Session, cases: list[Case]) -> list[Made]:
    """Clean drafts under the cap that nothing asks to be looked at alone, in the queue's order."""
    found: list[Made] = []
    for case in cases:
        if len(found) == LARGEST:
            break
        if not_for_batches(here.pilot, case, here.day.lens):
            continue
        if by_itself(here.pilot, case.case_id, here.entries, here.as_of):
            continue
        made = casework.made(here, case.case_id)
        if not blocking(made) and not made.draft.doubts:
            found.append(made)
    return found


def _choose(here: Session, found: list[Made]) -> None:
    st.caption(
        f"Clean drafts up to {here.pilot.settings.outbox.batch_cap:,.0f} {here.day.lens.currency} "
        "without a doubt. One in ten, drawn after you have chosen, is decided by itself before "
        "any of them leaves."
    )
    event = st.dataframe(
        pl.DataFrame(
            {
                "Customer": [made.case.customer_name for made in found],
                "Open": [made.case.open_amount for made in found],
                "Currency": [made.case.currency for made in found],
                "Subject": [made.draft.subject for made in found],
                "To": [made.draft.to for made in found],
            },
            schema_overrides={"Open": pl.Decimal(18, 3)},
        ),
        key="batch_table",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Open": st.column_config.NumberColumn(format="accounting", width=90),
            "Currency": st.column_config.TextColumn(width=64),
            "Subject": st.column_config.TextColumn(width="large"),
        },
        alt="Routine cases that may be approved together.",
    )
    chosen = [found[row].case.case_id for row in event.selection.rows if row < len(found)]
    allowed(st.button, "batch_approved")(
        f"Approve {counted(len(chosen), 'case')} together",
        key="batch_approve",
        type="primary",
        on_click=_approve,
        args=(chosen,),
        disabled=len(chosen) < 2,
        help="Tick two cases or more.",
    )


@one_sentence
def _approve(chosen: list[str]) -> None:
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        entry = approve_batch(here.pilot, here.day, chosen, moment, here.desk)
        names = [here.desk.case(case_id).customer_name for case_id in entry.payload["sampled"]]
    finally:
        here.close()
    n = len(chosen) - len(names)
    say(f"{counted(n, 'case')} approved. Decide by itself: {escaped(', '.join(names))}.")
    st.session_state.case = entry.payload["sampled"][0]
    st.session_state.go_to_review = True
