"""The readout as a file: one button, four formats, each made when it is asked for."""

from __future__ import annotations

import streamlit as st

from pages.parts.session import Session
from pages.parts.wording import escaped
from pipeline.model import CountbackError
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
        if st.button("Make it", key="readout_make", type="primary"):
            _make(here, kind)
        made = st.session_state.get("readout_made")
        if made and made[0] == (*here.key, kind):
            st.download_button(
                "Download",
                data=made[1],
                file_name=f"readout_{here.as_of.isoformat()}.{kind}",
                mime=FORMATS[kind],
                key="readout_download",
                icon=":material/download:",
                on_click="ignore",
            )


def _make(here: Session, kind: str) -> None:
    try:
        with st.spinner("Counting and writing …"):
            found = here.kept("readout", lambda: readout(here.pilot, here.day))
            content = here.kept(f"readout {kind}", lambda: rendered(found, kind))
    except CountbackError as error:
        st.info(escaped(error), icon=":material/print_disabled:")
        return
    st.session_state["readout_made"] = ((*here.key, kind), content)
