"""What overrides ask somebody to do: the tasks with owner and state, given, closed, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from pages.parts import health, health_acts
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.health_acts import form_key
from pages.parts.session import Session
from pages.parts.tables import save
from pages.parts.wording import counted, day, escaped
from pipeline.deciding.tasks import TASKS
from pipeline.health import tasks as overrides_tasks
from pipeline.model import REASONS

Row = Mapping[str, Any]

#: Where a task is done: reason -> page, what the link says.
_WHERE = {
    "FACT": ("pages/prepare/data_health.py", "Findings"),
    "CONTACT": ("pages/prepare/data_health.py", "Findings"),
    "PAID": ("pages/prepare/data_health.py", "Findings"),
    "DISPUTE_MISSED": ("pages/work/disputes.py", "Open the disputes"),
    "RELATIONSHIP": ("pages/explain/policy.py", "Open the policy"),
    "TIMING": ("pages/explain/policy.py", "Open the policy"),
    "TONE": ("pages/prove/overrides.py", "Read its overrides"),
    "OTHER": ("pages/prove/overrides.py", "Read its overrides"),
}


def listed(here: Session) -> tuple[Row, ...]:
    """Every task of the day, open ones first."""
    return here.kept("health tasks", lambda: overrides_tasks.tasks(here.day))


def still_open(here: Session) -> int:
    """How many are open."""
    return len([row for row in listed(here) if not row["is_closed"]])


def show(here: Session) -> None:
    """The list, and the task that is ticked."""
    rows = listed(here)
    if not rows:
        st.info(
            "No override has asked for anything yet: an override with its reason, given on "
            "**Work → Review**, opens a task here."
        )
        return
    st.markdown(
        f"**{counted(still_open(here), 'open task')} from overrides.** Each override with a reason "
        "asks for something, so that it does not come again; the next one opens it again."
    )
    event = st.dataframe(
        pl.DataFrame([_told(row) for row in rows], infer_schema_length=None),
        hide_index=True,
        key=f"health_tasks_{len(here.entries)}",
        height="content" if len(rows) < 10 else 320,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        column_config={
            "Last": st.column_config.DateColumn(format="D MMM YYYY", width=96),
            "Overrides": st.column_config.NumberColumn(width=80),
        },
        alt="Tasks that overrides have opened, with owner and state; open ones first.",
    )
    save(rows, key="health_tasks_csv", name=f"tasks-{here.as_of}")
    ticked = [rows[place] for place in event.selection.rows if place < len(rows)]
    if ticked:
        _one(here, ticked[0])
    else:
        st.caption("Tick a task to give it to somebody or to close it.")


def _told(row: Row) -> dict[str, Any]:
    return {
        "Task": TASKS[row["reason"]],
        "About": row["customer_name"] or f"rule {row['about']}",
        "Because": REASONS[row["reason"]],
        "Overrides": row["overrides"],
        "Last": row["last_on"],
        "Owner": row["person"],
        "State": _state(row),
    }


def _state(row: Row) -> str:
    if row["is_closed"]:
        return f"Done {day(row['closed_on'])}, {row['closed_by']}"
    return "Given" if row["person"] else "Nobody has it"


def _one(here: Session, row: Row) -> None:
    with st.container(border=True, key="health_task"):
        st.markdown(f"**{escaped(TASKS[row['reason']])}** · {escaped(_told(row)['About'])}")
        asked = counted(row["overrides"], "override")
        st.caption(
            f"{asked} since {day(row['first_on'])}, the last on {day(row['last_on'])} "
            f"({escaped(row['last_case_id'])})."
        )
        if row["is_closed"]:
            _closed(row)
        else:
            _open(here, row)


def _closed(row: Row) -> None:
    st.text(row["note"] or "")
    allowed(st.button, "task_reopened")(
        "Open it again",
        key="task_reopen",
        icon=":material/undo:",
        on_click=health_acts.reopen_task,
        args=(row["reason"], row["about"]),
    )


def _open(here: Session, row: Row) -> None:
    names = sorted({name.split(",")[0] for name in health.people(here).values()})
    proposed = row["person"] or row["account_owner"]
    about = (row["reason"], row["about"])
    left, right = st.columns(2, gap="large")
    with left, st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Who does it",
            names,
            index=names.index(proposed) if proposed in names else None,
            key=form_key("task_person"),
            placeholder="Choose a person",
            accept_new_options=not names,
        )
        allowed(st.button, "task_assigned")(
            "Give", key="task_give", on_click=health_acts.give_task, args=about
        )
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "What was done", key=form_key("task_note"), placeholder="New address from Ms Field"
        )
        allowed(st.button, "task_closed")(
            "Done", key="task_close", type="primary", on_click=health_acts.close_task, args=about
        )
    page, label = _WHERE[row["reason"]]
    if page != "pages/prepare/data_health.py":
        st.page_link(page_file(page), label=label, icon=":material/arrow_forward:")
    else:
        st.button(
            "Look at the findings", key="task_findings", type="tertiary", on_click=_to_findings
        )


def _to_findings() -> None:
    st.session_state.health_view = "findings"
