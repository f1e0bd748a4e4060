"""Mapping: an export that no layout fits, read with a person's help, once and for every month."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import streamlit as st

from pages.parts import session
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.mapping_columns import chosen_columns, columns_table
from pages.parts.mapping_questions import given_answers, questions
from pages.parts.mapping_rows import before_and_after
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session
from pages.parts.wording import counted, day, escaped, money
from pipeline import unknown_exports
from pipeline.exports.proposing import Proposal
from pipeline.exports.proposing_looking import Look
from pipeline.exports.proposing_words import known_kinds
from pipeline.model import CountbackError, canonical_json, fingerprint
from pipeline.unknown_exports import Draft, Ground, Trial
from pipeline.warehouse.intake_report import LoadReport, load_report

_FIGURES = 4


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("Which column is which?")
    report = here.kept_for_books("load report", lambda: _report(here))
    _just_loaded(report)
    if not report.unrecognised:
        _nothing_to_map(report)
    else:
        _map(here, _chosen_file(report))
    _kept_mappings(here, report)


def _report(here: Session) -> LoadReport:
    return load_report(here.pilot.books(), here.pilot.lens(check=False))


# --- which file ----------------------------------------------------------------------------------


def _nothing_to_map(report: LoadReport) -> None:
    if report.files:
        st.info("Every file was recognised: there is nothing to map.", icon=":material/check:")
    else:
        st.info("There are no files yet.", icon=":material/upload_file:")
    st.caption(
        "Drop an export on the page Exports as the system wrote it. If Countback does not know it, "
        "it is offered here with a proposal; you correct it once, and next month's file is read "
        "by itself."
    )
    st.page_link(
        page_file("pages/prepare/exports.py"), label="To Exports", icon=":material/upload_file:"
    )


def _chosen_file(report: LoadReport) -> str:
    names = report.unrecognised
    if st.session_state.get("mapping_file") not in names:
        st.session_state.mapping_file = names[0]
    if len(names) == 1:
        return names[0]
    chosen: str = st.selectbox(
        f"{len(names)} files were not recognised", names, key="mapping_file", width=520
    )
    return chosen


# --- the proposal --------------------------------------------------------------------------------


def _map(here: Session, name: str) -> None:
    path = here.pilot.exports / name
    base: Ground = here.kept_for_books("ground", lambda: unknown_exports.ground(here.pilot))
    try:
        look: Look = here.kept_for_books(
            f"look {name}", lambda: unknown_exports.look_at(path, name, base.layouts)
        )
    except CountbackError as error:
        st.warning(escaped(error), icon=":material/error:")
        return
    proposal = _kind(here, look, base)
    prefix = f"map:{name}:{proposal.kind}"
    edits = chosen_columns(proposal, prefix)
    told = canonical_json([name, proposal.kind, edits])
    with st.spinner("Looking at its rows", show_time=False):
        draft: Draft = here.kept_for_books(
            f"draft {told}", lambda: unknown_exports.drafted(path, proposal, base, edits)
        )
    draft = unknown_exports.answered(draft, given_answers(draft.asks, prefix))
    trial = _tried(here, draft)
    _figures(draft, trial)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        columns_table(proposal, draft.proposal, prefix)
    with right:
        _asked(here, draft, trial, prefix)
        _save(draft, trial)
    before_and_after(draft, trial)


def _kind(here: Session, look: Look, base: Ground) -> Proposal:
    """The kind to read the file as: the likeliest, unless a person says otherwise."""
    first: Proposal = here.kept_for_books(
        f"proposal {look.name}", lambda: unknown_exports.proposed(look, base)
    )
    rated = dict(first.kinds)
    kinds = sorted(known_kinds(), key=lambda kind: -rated[kind])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "What does it list?",
            kinds,
            format_func=lambda one: f"{one.replace('_', ' ').capitalize()} · {rated[one]:.0%}",
            key=f"kind:{look.name}",
            width=260,
        )
        where = f", sheet {look.sheet}" if look.sheet else ""
        st.caption(escaped(f"{look.name}{where} · {counted(len(look.rows), 'row')}"))
    if kind == first.kind:
        proposal = first
    else:
        proposal = here.kept_for_books(
            f"proposal {look.name} {kind}", lambda: unknown_exports.proposed(look, base, kind)
        )
    for note in proposal.notes:
        st.warning(escaped(note), icon=":material/info:")
    return proposal


def _tried(here: Session, draft: Draft) -> Trial | None:
    """The file loaded on trial; None while a needed column has none of theirs."""
    if draft.proposal.missing:
        return None
    key = f"trial {draft.path} {fingerprint(draft.layout(), draft.currency)}"
    with st.spinner("Loading it on trial", show_time=False):
        trial: Trial = here.kept_for_books(key, lambda: unknown_exports.tried(draft))
    return trial


def _asked(here: Session, draft: Draft, trial: Trial | None, prefix: str) -> None:
    if trial is None:
        return
    key = f"effects {draft.path} {fingerprint(draft.layout(), draft.currency)}"
    place = st.container()
    with st.spinner("Working out what each answer changes", show_time=False):
        weighed = here.kept_for_books(key, lambda: unknown_exports.effects(draft))
    with place:
        questions(draft, weighed, prefix)


# --- what would come of it -----------------------------------------------------------------------


def _figures(draft: Draft, trial: Trial | None) -> None:
    if trial is None:
        lacking = ", ".join(name.replace("_", " ") for name in draft.proposal.missing)
        st.warning(
            f"Nothing feeds {lacking} yet: choose a column of the file for it below.",
            icon=":material/rule:",
        )
        return
    with st.container(horizontal=True):
        for currency, one in list(trial.aged.items())[:_FIGURES]:
            st.metric(
                f"Aging total in {currency}",
                escaped(money(trial.net[currency], currency)),
                border=True,
                help=f"{one['n']:,} open documents on {day(trial.as_of)}, less credits "
                f"{money(one['credits'], currency)} and unmatched cash "
                f"{money(one['unapplied'], currency)}.",
                delta=_against(draft, trial, trial.net[currency], currency),
                delta_color="off",
                delta_arrow="off",
            )
        st.metric(
            "Rows loaded",
            f"{trial.file.accepted:,}",
            border=True,
            delta=f"{trial.file.refused:,} refused, {trial.file.skipped:,} skipped",
            delta_color="off",
            delta_arrow="off",
            help="Skipped rows are headings, totals, blanks, or what you left out.",
        )


def _against(draft: Draft, trial: Trial, total: Decimal, currency: str) -> str:
    """The total beside the one that the file itself states."""
    column = draft.answers.get("amount") or draft.proposal.header("amount") or ""
    stated = draft.rows.stated.get(column)
    if stated is None and draft.rows.stated and len(trial.aged) == 1:
        other, amount = next(iter(draft.rows.stated.items()))
        return escaped(f"the file totals {other} instead: {money(amount, currency)}")
    if stated is None or len(trial.aged) > 1:
        return f"on {day(trial.as_of)}: compare with your report’s"
    if stated == total:
        return "the file’s own total, to the cent"
    return escaped(
        f"the file’s own total is {money(stated, currency)}, "
        f"off by {money(total - stated, currency)}"
    )


# --- keeping it ----------------------------------------------------------------------------------


def _save(draft: Draft, trial: Trial | None) -> None:
    stem = Path(draft.proposal.look.name).stem
    with st.container(border=True):
        st.text_input(
            "Name of this mapping",
            value=stem,
            key=f"mapping_name:{stem}",
            help="Files with the same headers are read by it, whatever they are called.",
        )
        allowed(st.button, "layout_answered")(
            "Save mapping",
            key="save_mapping",
            type="primary",
            icon=":material/save:",
            disabled=trial is None or bool(draft.open),
            on_click=_keep,
            args=(draft, f"mapping_name:{stem}"),
        )
        if draft.open:
            st.caption(f"Answer first: {counted(len(draft.open), 'question')} above.")


@one_sentence
def _keep(draft: Draft, name_key: str) -> None:
    """Saves the mapping; the next run reads the file with it."""
    unknown_exports.save(session.here().pilot, draft, st.session_state[name_key])
    st.session_state.mapped_file = draft.proposal.look.name
    st.session_state.pop("as_of", None)
    say("The mapping is saved: next month's file is read by itself.")


def _just_loaded(report: LoadReport) -> None:
    """What loading gave, once, after a mapping was saved."""
    name = st.session_state.pop("mapped_file", None)
    for file in report.files:
        if file.file == name and file.state == "read":
            said = unknown_exports.loaded_sentence(file)
            st.success(f"**{escaped(file.file)}**: {said}", icon=":material/check:")
            label = "See the rows that need you" if file.refused else "See it among the exports"
            st.page_link(
                page_file("pages/prepare/exports.py"), label=label, icon=":material/upload_file:"
            )


def _kept_mappings(here: Session, report: LoadReport) -> None:
    kept = unknown_exports.saved(here.pilot)
    if not kept:
        return
    st.divider()
    st.markdown("**Mappings of this pilot**")
    for one in kept:
        used = [file.file for file in report.files if file.format == one.layout.name]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(
                f"{one.layout.title} · {one.layout.kind.replace('_', ' ')} · "
                f"{', '.join(used) or 'no file yet'}"
            )
            allowed(st.button, "layout_answered")(
                "Undo",
                key=f"forget:{one.layout.name}",
                icon=":material/undo:",
                type="tertiary",
                on_click=_forget,
                args=(one.layout.name,),
                help="Removes this mapping; its files are not recognised any more.",
            )


@one_sentence
def _forget(name: str) -> None:
    unknown_exports.forget(session.here().pilot, name)
    st.session_state.pop("as_of", None)
    say("The mapping is removed.")


page()
