"""Exports: drop the files as the systems wrote them, see what became of every row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.parts import pilots, session
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.downloads import csv_bytes
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session
from pages.parts.wording import counted, day, escaped, money
from pipeline import figures
from pipeline.exports import KINDS, Kind
from pipeline.model import BUCKETS
from pipeline.warehouse.feeding import gaps, is_open_items_only
from pipeline.warehouse.intake_report import FileReport, LoadReport, TieOut, load_report

_STATES = {
    "read": "Read",
    "question": "Asks you",
    "refused": "Refused",
    "unrecognised": "Not recognised",
    "not_used": "Not used",
}
_WITHOUT_REMARKS = ["File", "State", "Read as", "Rows", "Loaded", "Refused", "Skipped", "Totals"]
_BUCKET_TITLES = {"current": "Not due", "91+": "Over 90", "no_due_date": "No due date"}


def page() -> None:
    """The whole page."""
    here = session.here()
    st.title("Did everything arrive?")
    report = here.kept_for_books("load report", lambda: _report(here))
    if report.files:
        st.subheader(escaped(_sentence(report)), anchor=False)
        _questions(report.questions)
        _unrecognised(report)
    if not here.is_empty:
        _open_items(here, report)
        _not_fed(here)
    _drop(here, is_first=not report.files)
    if report.files:
        _files(report)
        _refused(report)
        _tie_out(report.tie_out)
    _templates()
    with st.expander("Other pilots", icon=":material/folder_open:"):
        pilots.choose()


def _report(here: Session) -> LoadReport:
    return load_report(here.pilot.books(), here.pilot.lens(check=False))


def _sentence(report: LoadReport) -> str:
    said = f"{report.accepted:,} of {counted(report.rows, 'row')} loaded"
    if report.skipped:
        said += f", {report.skipped:,} skipped because they hold nothing new"
    waiting = [file for file in report.files if file.state not in ("read", "not_used")]
    if report.refused:
        said += f", {report.refused:,} need you"
    if waiting:
        said += f"; {counted(len(waiting), 'file')} not read yet"
    return f"{said}."


# --- what needs a person -------------------------------------------------------------------------


def _questions(files: Sequence[FileReport]) -> None:
    for file in files:
        with st.container(border=True):
            st.markdown(f":material/help: **{escaped(file.file)}** {escaped(file.question or '')}")
            with st.container(horizontal=True):
                for choice in file.choices:
                    allowed(st.button, "files_taken_in")(
                        escaped(choice.capitalize()),
                        key=f"answer:{file.file}:{choice}",
                        on_click=_answer,
                        args=(file.file, choice),
                    )


@one_sentence
def _answer(file: str, choice: str) -> None:
    session.load(session.here().pilot.folder, {file: choice})
    say(f"{file} is read {choice} from now on.")


def _unrecognised(report: LoadReport) -> None:
    """Files that fit no layout, or could not be read at all, with what to do about each."""
    for name in report.unrecognised:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.warning(
                f"**{escaped(name)}** fits no layout that Countback knows. Map its columns once, "
                "or give them the names of a template below.",
                icon=":material/quiz:",
            )
            asked = st.button("Map it", key=f"map:{name}", icon=":material/table_edit:")
        if asked:
            st.session_state.mapping_file = name
            st.switch_page(page_file("pages/prepare/mapping.py"))
    for file in report.files:
        if file.state == "refused":
            st.warning(f"**{escaped(file.file)}** {escaped(file.note)}", icon=":material/error:")
    if report.not_used:
        with st.expander(f"{counted(len(report.not_used), 'file')} not used, and why"):
            for file in report.not_used:
                st.text(file.note)


# --- what is owed --------------------------------------------------------------------------------


def _open_items(here: Session, report: LoadReport) -> None:
    """What is open per currency, by age: the first number to compare with one's own."""
    aged = here.kept("aging", lambda: figures.aging(here.day))["currencies"]
    with st.container(horizontal=True):
        for currency, one in aged.items():
            st.metric(
                f"Open in {currency}",
                escaped(money(one["total"], currency)),
                border=True,
                help=f"{one['n']:,} open invoices on {day(here.as_of)}; credits and unapplied "
                "cash stand beside and are not taken off.",
                delta=_tied(report.tie_out, currency),
                delta_color="off",
                delta_arrow="off",
            )
    rows = [{"Currency": currency, **_aged(one)} for currency, one in aged.items()]
    st.dataframe(
        pl.DataFrame(rows),
        hide_index=True,
        key="aging",
        column_config={
            name: st.column_config.NumberColumn(format="accounting")
            for name in rows[0]
            if name != "Currency"
        },
        alt="Open invoices per currency by days past due.",
    )


def _aged(one: dict[str, Any]) -> dict[str, object]:
    buckets = {
        _BUCKET_TITLES.get(name, f"{name} days"): one["buckets"][name]["amount"]
        for name in BUCKETS
        if name != "no_due_date" or one["buckets"][name]["n"]
    }
    beside = {"Credits": one["credits"], "Unapplied cash": one["unapplied"]}
    return {**buckets, "Total": one["total"], **beside}


def _tied(tie_out: Sequence[TieOut], currency: str) -> str | None:
    """Whether the newest control total of a currency is met."""
    newest = next((one for one in reversed(tie_out) if one.currency == currency), None)
    if newest is None:
        return None
    if newest.is_ok:
        return f"ties out on {day(newest.as_of)}"
    return escaped(f"off by {money(newest.difference, currency)} on {day(newest.as_of)}")


def _not_fed(here: Session) -> None:
    """Which figures these files cannot feed, why, and what would."""
    missing = here.kept_for_books("gaps", lambda: gaps(here.pilot.books()))
    if not missing:
        return
    with st.expander(
        f"{counted(len(missing), 'figure')} that these files cannot feed yet, and what would",
        icon=":material/rule:",
        # Without what was paid, most of the product has nothing to show yet: say so at once.
        expanded=here.kept_for_books(
            "open items only", lambda: is_open_items_only(here.pilot.books())
        ),
    ):
        st.dataframe(
            pl.DataFrame(
                {
                    "Figure": [gap.figure for gap in missing],
                    "Why not": [gap.why for gap in missing],
                    "What to load": [gap.load for gap in missing],
                }
            ),
            hide_index=True,
            key="gaps",
            alt="Figures that the loaded files cannot feed, why, and what to load for them.",
        )


# --- dropping files ------------------------------------------------------------------------------


def _drop(here: Session, *, is_first: bool) -> None:
    with st.container(border=True):
        number = st.session_state.setdefault("drops", 0)
        files = st.file_uploader(
            "Drop exports here, as the systems wrote them",
            accept_multiple_files=True,
            key=f"exports_{number}",
            help="CSV or Excel: invoices, payments, customers, contacts, messages … A file with "
            "the name of an earlier one takes its place. Unpack ZIP archives first.",
        )
        if files:
            allowed(st.button, "files_taken_in")(
                f"Load {counted(len(files), 'file')}",
                key="load",
                type="primary",
                icon=":material/input:",
                on_click=_take,
                args=(f"exports_{number}",),
            )
        elif is_first:
            st.caption(
                "Start with open invoices and what was paid on them; every further file adds "
                "evidence. Nothing leaves this machine."
            )
    if here.pilot.is_synthetic:
        st.caption("This pilot is synthetic: to load your own files, make a new pilot below.")


@one_sentence
def _take(key: str) -> None:
    """Puts the dropped files among the pilot's exports; the next run reads them."""
    pilot = session.pilot_for(session.here().pilot.folder)
    files = st.session_state.get(key) or []
    names = pilot.take_up((file.name, file.getvalue()) for file in files)
    st.session_state.drops += 1
    st.session_state.pop("as_of", None)
    say(f"{counted(len(names), 'file')} taken in.")


# --- what became of it ---------------------------------------------------------------------------


def _files(report: LoadReport) -> None:
    st.markdown("**What became of every file**")
    files = report.files
    st.dataframe(
        pl.DataFrame(
            {
                "File": [file.file for file in files],
                "State": [_STATES.get(file.state, file.state) for file in files],
                "Read as": [(file.title or "–").removeprefix("Our own layout: ") for file in files],
                "Rows": [file.rows for file in files],
                "Loaded": [file.accepted for file in files],
                "Refused": [file.refused for file in files],
                "Skipped": [file.skipped for file in files],
                "Totals": [_totals(file) for file in files],
                "Remarks": [" ".join(file.warnings) or None for file in files],
            },
            schema_overrides={"Remarks": pl.String()},
        ),
        hide_index=True,
        key="files",
        placeholder="",
        column_order=None if any(file.warnings for file in files) else _WITHOUT_REMARKS,
        column_config={
            "State": st.column_config.TextColumn(width=90),
            "Totals": st.column_config.TextColumn(width=330),
            **{
                name: st.column_config.NumberColumn(format="localized", width=66)
                for name in ("Rows", "Loaded", "Refused", "Skipped")
            },
        },
        alt="Every file with its layout, its rows and its totals.",
    )


def _totals(file: FileReport) -> str:
    return "   ".join(money(amount, currency) for currency, amount in file.totals.items())


def _refused(report: LoadReport) -> None:
    rows = [
        {
            "file": file.file,
            "row": reason.row,
            "column": reason.column,
            "value": reason.value,
            "reason": reason.reason,
        }
        for file in report.files
        for reason in file.reasons
    ]
    if not rows:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Rows that need you**")
        st.download_button(
            "Save as CSV",
            partial(csv_bytes, list(rows[0]), rows),
            file_name="refused-rows.csv",
            mime="text/csv",
            key="refused_csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
    st.caption("Mend them in the system or the file, then drop the file again under its name.")
    st.dataframe(
        pl.DataFrame(rows, infer_schema_length=None).rename(str.capitalize),
        hide_index=True,
        key="refused",
        placeholder="–",
        alt="Refused rows: file, row, column, value and reason.",
    )


def _tie_out(lines: Sequence[TieOut]) -> None:
    if not lines:
        st.caption(
            "No control totals were loaded: add control_totals.csv (day, currency, amount of the "
            "ledger's receivables account) to see the books tie out to the cent."
        )
        return
    met = [line for line in lines if line.is_ok]
    said = f"{len(met)} of {counted(len(lines), 'control total')} met to the cent"
    icon = ":material/check:" if len(met) == len(lines) else ":material/warning:"
    with st.expander(said, icon=icon, expanded=len(met) < len(lines)):
        st.dataframe(
            pl.DataFrame(
                {
                    "Day": [line.as_of for line in reversed(lines)],
                    "Currency": [line.currency for line in reversed(lines)],
                    "Books": [line.books for line in reversed(lines)],
                    "Control total": [line.control for line in reversed(lines)],
                    "Difference": [line.difference for line in reversed(lines)],
                }
            ),
            hide_index=True,
            key="tie_out",
            column_config={
                name: st.column_config.NumberColumn(format="accounting")
                for name in ("Books", "Control total", "Difference")
            },
            alt="The books against the control totals, newest first.",
        )


def _templates() -> None:
    with st.expander("Templates: our own layout, one file per kind", icon=":material/table:"):
        st.caption("Required columns come first; leave out what you do not have.")
        with st.container(horizontal=True):
            for kind in KINDS.values():
                st.download_button(
                    kind.name.replace("_", " ").capitalize(),
                    partial(csv_bytes, _columns(kind), []),
                    file_name=f"{kind.name}.csv",
                    mime="text/csv",
                    key=f"template_{kind.name}",
                    type="tertiary",
                    icon=":material/download:",
                    on_click="ignore",
                    help=f"Needed in every row: {', '.join(kind.required)}.",
                )


def _columns(kind: Kind) -> list[str]:
    optional = [name for name in kind.columns if name not in kind.required]
    return [*kind.required, *optional]


page()
