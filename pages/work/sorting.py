"""Work · Sorting session: the best collector sorts by instinct, then sees the policy's answer."""

from __future__ import annotations

import streamlit as st

from pages.parts import session, sorting_acts
from pages.parts.allowed import allowed
from pages.parts.session import Session
from pages.parts.sorting_desk import desk
from pages.parts.sorting_results import results
from pages.parts.wording import escaped
from pipeline.sorting_session import USUAL_SIZE, SortingSession, sessions


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("Would your best collector sort them the same way?")
    if here.is_empty:
        st.info("There are no invoices yet: load the exports on the page Exports.")
        return
    found = here.kept("sorting sessions", lambda: sessions(here.entries))
    if not found or st.session_state.get("sorting_new"):
        _begin(here)
        return
    chosen = _chosen(found)
    part = chosen.part(here.reviewer)
    if part.is_closed or part.has_seen:
        results(here, chosen)
        _again()
    elif not here.reviewer:
        st.info("Say who you are first (sidebar): every answer carries a name.")
    else:
        _sort(here, chosen)


def _begin(here: Session) -> None:
    st.markdown(
        "Thirty open invoices, drawn so that every rule is among them and the odd ones come first. "
        "Whoever knows the customers best puts each into a lane with one key, without seeing what "
        "the policy says. Then a second person does the same, blind. Where the three differ, "
        "either the policy is wrong or the case is not clear to anybody."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Invoices", 1, 200, USUAL_SIZE, key="sorting_size", width=140)
        st.number_input(
            "Seed",
            0,
            10**6,
            here.as_of.toordinal() % 1000,
            key="sorting_seed",
            width=140,
            help="The same day and seed draw the same sample. It goes on the record.",
        )
        allowed(st.button, "sorting_opened")(
            "Draw the sample and start",
            key="sorting_begin",
            type="primary",
            on_click=sorting_acts.begin,
            disabled=not here.reviewer,
        )
    if not here.reviewer:
        st.caption("Say who you are first (sidebar): every answer carries a name.")


def _chosen(found: tuple[SortingSession, ...]) -> SortingSession:
    by_id = {one.session_id: one for one in reversed(found)}
    if st.session_state.get("sorting") not in by_id:
        st.session_state.sorting = next(iter(by_id))
    if len(by_id) == 1:
        return found[0]
    return by_id[
        st.selectbox(
            "Session",
            list(by_id),
            key="sorting",
            format_func=lambda name: f"{name}, opened by {by_id[name].opened_by}",
            width=420,
        )
    ]


def _sort(here: Session, chosen: SortingSession) -> None:
    part = chosen.part(here.reviewer)
    if not part.answers:
        others = [one.person for one in chosen.parts if one.person != here.reviewer]
        before = f" {', '.join(others)} sorted it too; you see nothing of that." if others else ""
        st.caption(escaped(f"You sort as {here.reviewer}.{before}"))
    desk(here, chosen)
    if not part.answers:
        allowed(st.button, "sorting_seen")(
            "I do not sort: show me the result",
            key="sorting_look",
            type="tertiary",
            on_click=sorting_acts.look_only,
            args=(chosen.session_id,),
            help="From then on you can no longer sort this sample: it would not be blind.",
        )


def _again() -> None:
    st.button(
        "Open a new session",
        key="sorting_again",
        icon=":material/add:",
        on_click=_anew,
    )


def _anew() -> None:
    st.session_state.sorting_new = True


page()
