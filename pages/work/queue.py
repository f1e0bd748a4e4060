"""Queue: what needs a person today, in the order of the money that is about to age."""

from __future__ import annotations

import polars as pl
import streamlit as st

from pages.parts import address, health_link, session, stopwatch
from pages.parts.address import page_file
from pages.parts.batches import together
from pages.parts.downloads import csv_bytes
from pages.parts.session import Session
from pages.parts.splits import (
    ARMS,
    SPLIT_TITLES,
    also_fired,
    blocked_by,
    matching,
    needing_a_person,
    splits,
)
from pages.parts.wording import LANE_TITLES, counted, dated, escaped, money
from pipeline.context import score_sentence
from pipeline.model import Case
from pipeline.warehouse.replies import open_counts

_COLUMNS = {
    "Customer": st.column_config.TextColumn(width=180),
    "Play": st.column_config.TextColumn(width=130),
    "Days past due": st.column_config.NumberColumn(width=98, help="Of the oldest invoice."),
    "Open": st.column_config.NumberColumn(format="accounting", width="small"),
    "At stake": st.column_config.NumberColumn(
        format="accounting",
        width="small",
        help="Open amount × the chance that it is still open at the next age boundary.",
    ),
    "Currency": st.column_config.TextColumn(width=64),
    "Data": st.column_config.TextColumn(
        width=84, help="Whether data has to be mended before a draft can be made."
    ),
    "Replies": st.column_config.TextColumn(
        width=76,
        help="Messages of the customer that stop drafts until a person closes them on Review.",
    ),
    "Why": st.column_config.TextColumn(width="large"),
}


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("Which cases need you today?")
    if here.is_empty:
        st.info("There are no invoices yet: load the exports on the page Exports.")
        return
    found = splits(here)
    chosen = _choose_split(here, found)
    whole = _asked(here, found) if chosen == "today" else found[chosen]
    cases = _filtered(here, whole)
    st.session_state.walk = [case.case_id for case in cases]
    if not cases:
        _nothing(chosen)
        return
    stopwatch.sample(here)
    selected = _table(here, cases, f"queue of {chosen}" if cases is whole else None)
    if chosen == "routine":
        together(here, cases)
    _reasons(here, selected, first=selected is cases[0])


def _asked(here: Session, found: dict[str, list[Case]]) -> list[Case]:
    asked: list[Case] = here.kept("needing a person", lambda: needing_a_person(found))
    return asked


def _choose_split(here: Session, found: dict[str, list[Case]]) -> str:
    counts = {"today": len(_asked(here, found)), **{n: len(c) for n, c in found.items()}}
    titles = {"today": "Needs you", **SPLIT_TITLES}
    address.seed("lane", titles)
    chosen = st.pills(
        "Split",
        [name for name, n in counts.items() if n or name in ("today", _lane())],
        default="today" if "lane" not in st.session_state else None,
        required=True,
        key="lane",
        format_func=lambda name: f"{titles[name]} {counts[name]}",
        label_visibility="collapsed",
        persist_state="session",
    )
    address.keep("lane", chosen, unless="today")
    return str(chosen)


def _lane() -> str:
    return str(st.session_state.get("lane", "today"))


def _filtered(here: Session, cases: list[Case]) -> list[Case]:
    address.seed("search")
    address.seed("arm", ARMS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Find",
            key="search",
            type="search",
            placeholder="Customer, invoice or rule",
            label_visibility="collapsed",
            persist_state="session",
        )
        arm = st.selectbox(
            "Arm",
            list(ARMS),
            index=None,
            format_func=ARMS.__getitem__,
            key="arm",
            placeholder="Pilot and everybody else",
            label_visibility="collapsed",
            persist_state="session",
        )
        address.keep("search", search or "")
        address.keep("arm", arm or "")
        left = matching(here, cases, search or "", arm)
        _download(here, left)
    return left


def _download(here: Session, cases: list[Case]) -> None:
    waiting = _waiting(here)
    st.download_button(
        "CSV",
        # Written when somebody asks for it: thousands of cases take longer than drawing the page.
        lambda: _csv(here, cases, waiting),
        file_name=f"queue-{here.as_of}.csv",
        mime="text/csv",
        key="queue_csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _csv(here: Session, cases: list[Case], waiting: dict[str, int]) -> bytes:
    columns = [
        *("case_id", "customer", "lane", "days_past_due", "open_amount", "value", "currency"),
        *("rule", "because", "blockers", "invoices", "open_replies"),
    ]
    rows = (
        {
            "case_id": case.case_id,
            "customer": case.customer_name,
            "lane": case.lane,
            "days_past_due": case.days_past_due,
            "open_amount": case.open_amount,
            "value": case.value,
            "currency": case.currency,
            "rule": case.rule,
            "because": case.because,
            "blockers": " ".join(blocked_by(here, case)),
            "invoices": " ".join(case.invoice_ids),
            "open_replies": waiting.get(case.customer_id, 0),
        }
        for case in cases
    )
    return csv_bytes(columns, rows)


def _table(here: Session, cases: list[Case], kept_as: str | None) -> Case:
    """Shows the cases; returns the one that is ticked, or the first.

    A whole split is laid out once for everybody who looks, and kept under its name.
    """
    event = st.dataframe(
        here.kept(kept_as, lambda: _laid_out(here, cases)) if kept_as else _laid_out(here, cases),
        key="queue_table",
        hide_index=True,
        height=min(360, 38 + 35 * len(cases)),
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        alt="Cases of the chosen split, by the money that is about to age.",
    )
    rows = [row for row in event.selection.rows if row < len(cases)]
    st.caption(
        f"{counted(len(cases), 'case')} of {counted(len(here.desk.cases), 'case')} with "
        f"{counted(len(here.desk.routes), 'open invoice')}, each in exactly one split. "
        "Tick a row to see why it is here."
    )
    _order(here)
    return cases[rows[0]] if rows else cases[0]


def _order(here: Session) -> None:
    """What the order is, and what its back-test found, once somebody has had it made."""
    kept = st.session_state.get("back_test")
    found = kept[1] if kept and kept[0] == (*here.key[:2], here.as_of) else {}
    said = found.get("against_oldest", {}).get("sentence", "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(escaped(f"In the order of the money at stake. {said}".rstrip()))
        st.page_link(
            page_file("pages/explain/score.py"),
            label="What it rests on" if said else "Is it better than oldest first?",
            icon=":material/query_stats:",
        )


def _laid_out(here: Session, cases: list[Case]) -> object:
    """The rows of the table as Arrow, the way they travel to the browser."""
    waiting = _waiting(here)
    frame = pl.DataFrame(
        {
            "Customer": [case.customer_name for case in cases],
            "Play": [LANE_TITLES[case.lane] for case in cases],
            "Days past due": [case.days_past_due for case in cases],
            "Open": [case.open_amount for case in cases],
            "At stake": [case.value for case in cases],
            "Currency": [case.currency for case in cases],
            "Data": ["Mend first" if health_link.stops(here, case) else "" for case in cases],
            "Replies": [_to_close(waiting.get(case.customer_id, 0)) for case in cases],
            "Why": [dated(case.because) for case in cases],
        },
        schema_overrides={
            "Days past due": pl.Int64(),
            "Open": pl.Decimal(18, 3),
            "At stake": pl.Decimal(18, 3),
        },
    )
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _to_close(n: int) -> str:
    return f"{n} to close" if n else ""


def _waiting(here: Session) -> dict[str, int]:
    """Customer -> how many of its messages stop drafts and are closed by nobody."""
    rows = here.kept("open_replies", lambda: open_counts(here.day))
    return {row["customer_id"]: row["n"] for row in rows}


def _reasons(here: Session, case: Case, *, first: bool) -> None:
    """Why one case is where it is: the rule that won, those that fired too, the blockers."""
    with st.container(border=True, key="reasons"):
        head, button = st.columns([5, 1], vertical_alignment="center")
        with head:
            st.subheader(escaped(case.customer_name), anchor=False)
            owed = money(case.open_amount, case.currency)
            number = counted(len(case.invoice_ids), "invoice")
            st.caption(escaped(f"{LANE_TITLES[case.lane]} · {owed} on {number}"))
        with button:
            st.button(
                "Review from the top" if first else "Review",
                key="review_selected",
                type="primary",
                shortcut="Enter",
                on_click=_open,
                args=(case.case_id,),
                width="stretch",
            )
        if st.session_state.pop("go_to_review", False):
            st.switch_page(
                page_file("pages/work/review.py"), query_params={"case": st.session_state.case}
            )
        _history(here, case)
        stopwatch.offer(here, case)
        left, right = st.columns(2)
        with left:
            _lines("Because", [dated(f"{case.rule}: {case.because}"), *also_fired(here, case)])
        with right:
            _lines("In the way of a message", blocked_by(here, case))
            health_link.mend(here, case)


def _history(here: Session, case: Case) -> None:
    """What the order rests on, in counts; a thin history says so, in grey like the rest."""
    st.caption(escaped(score_sentence([here.desk.rows[name] for name in case.invoice_ids])))


def _lines(title: str, sentences: list[str]) -> None:
    if sentences:
        st.markdown(f"**{title}**")
        st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in sentences))


def _open(case_id: str) -> None:
    st.session_state.case = case_id
    st.session_state.go_to_review = True


def _nothing(chosen: str) -> None:
    if st.session_state.get("search") or st.session_state.get("arm"):
        st.info("No case matches: clear the search or choose another arm.")
    elif chosen == "today":
        st.success("Nothing needs you on this day. What waits or is not due yet is in its split.")
    else:
        st.info("This split is empty on this day.")


page()
