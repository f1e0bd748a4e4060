"""Countback in the browser: the site map, and the frame that its pages share.

Run it with `streamlit run app.py`; COUNTBACK_PILOT names the pilot folder (default: data/demo).
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts import frame

HERE = Path(__file__).parent

#: Section -> its pages: file, title, icon. The first of all is the one that opens.
SITE: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Prepare": (("prepare/exports.py", "Exports", "upload_file"),),
    "Work": (
        ("work/queue.py", "Queue", "inbox"),
        ("work/review.py", "Review", "rate_review"),
    ),
    "Prove": (
        ("prove/pilot.py", "Pilot", "monitoring"),
        ("prove/before_after.py", "Before and after", "compare_arrows"),
    ),
    "Explain": (
        ("explain/method.py", "Method", "menu_book"),
        ("explain/audit.py", "Record", "fact_check"),
    ),
}
FIRST = "work/queue.py"


def site() -> dict[str, list[st.Page]]:
    """The pages by section."""
    return {
        section: [
            st.Page(
                HERE / "pages" / file,
                title=title,
                icon=f":material/{icon}:",
                default=file == FIRST,
            )
            for file, title, icon in pages
            if (HERE / "pages" / file).exists()
        ]
        for section, pages in SITE.items()
    }


st.set_page_config(page_title="Countback", page_icon=":material/history:", layout="wide")
pages = {section: listed for section, listed in site().items() if listed}
frame.around(st.navigation(pages, expanded=True).run)
