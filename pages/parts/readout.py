"""The readout as a file: one button, four formats, each made when it is asked for."""

from __future__ import annotations

import streamlit as st

from pages.parts.on_demand import made_on_demand
from pages.parts.session import Session
from pipeline.report import FORMATS, readout, rendered

_NAMES = {
    "html": "Web page (HTML)",
    "pdf": "PDF",
    "pptx": "Slides (PPTX)",
    "xlsx": "Workbook (XLSX)",
}


def readout_button(here: Session) -> None:
    """Format, then the file: made on the click, kept for everybody who asks on the same day."""
    with st.popover("Read-out", icon=":material/ios_share:", key="readout"):
        st.caption("What this page says, to hand on: the same figures, definitions and limits.")
        kind: str = st.radio(
            "Format", list(_NAMES), format_func=_NAMES.__getitem__, key="readout_format"
        )
        made_on_demand(
            "readout",
            (*here.key, kind),
            lambda: _made(here, kind),
            waiting="Counting and writing …",
            file_name=f"readout_{here.as_of.isoformat()}.{kind}",
            mime=FORMATS[kind],
        )


def _made(here: Session, kind: str) -> bytes:
    found = here.kept("readout", lambda: readout(here.pilot, here.day))
    content: bytes = here.kept(f"readout {kind}", lambda: rendered(found, kind))
    return content
