"""The record for paper: what is listed, as a PDF, or as a page to print where no Chromium is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.on_demand import made_on_demand
from pages.parts.session import Session
from pages.parts.wording import counted, day
from pipeline.model import Entry
from pipeline.report.printed import page_as_pdf
from pipeline.report.record import MOST, Paper, Row, record_html

_FORMATS = {"pdf": "PDF", "html": "Web page (HTML)"}
_MIME = {"pdf": "application/pdf", "html": "text/html"}
_OTHERWISE = "choose the web page and print it from any browser"


def print_button(here: Session, listed: Sequence[tuple[Row, Entry]], chosen: str) -> None:
    """Format and texts, then the file: made on the click, of exactly what is listed."""
    with st.popover("Print", icon=":material/print:", key="record_print"):
        st.caption(
            f"{counted(len(listed), 'entry', 'entries')} as listed, the head, and the check."
        )
        if len(listed) > MOST:
            st.caption(f"The newest {MOST:,} are printed.")
        kind: str = st.radio(
            "Format", list(_FORMATS), format_func=_FORMATS.__getitem__, key="record_print_format"
        )
        texts = st.checkbox("With both texts of each decision", key="record_print_texts")
        made_on_demand(
            "record_print",
            # Another list or record makes another file.
            (*here.key, kind, texts, tuple(entry.seq for _, entry in listed)),
            lambda: _made(here, listed, chosen, kind, with_texts=texts),
            waiting="Checking the chain and printing …",
            file_name=f"record_{here.as_of.isoformat()}.{kind}",
            mime=_MIME[kind],
        )


def _made(
    here: Session,
    listed: Sequence[tuple[Row, Entry]],
    chosen: str,
    kind: str,
    *,
    with_texts: bool,
) -> str | bytes:
    settings = here.pilot.settings.pilot
    paper = Paper(
        title=f"Record of {settings.name or 'the pilot'}, as of {day(here.as_of)}",
        as_of=here.as_of,
        checked=here.ledger().verify(),
        entries=len(here.entries),
        listed=listed,
        chosen=chosen,
        with_texts=with_texts,
        synthetic=settings.synthetic,
    )
    page = record_html(paper)
    return page_as_pdf(page, here.as_of, _OTHERWISE) if kind == "pdf" else page
