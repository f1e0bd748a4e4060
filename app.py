"""Countback in the browser: the site map, and the frame that its pages share.

Run it with `streamlit run app.py`; COUNTBACK_PILOT names the pilot folder (default: data/demo).
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts import frame

HERE = Path(__file__).parent

#: Section -> its pages: file, title, icon.
SITE: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Prepare": (
        ("pages/prepare/exports.py", "Exports", "upload_file"),
        ("pages/prepare/mapping.py", "Mapping", "table_edit"),
        ("pages/prepare/matching.py", "Messages and agreements", "join_inner"),
        ("pages/prepare/data_health.py", "Data health", "health_and_safety"),
        ("pages/prepare/segment.py", "Segment", "filter_alt"),
        ("pages/prepare/protocol.py", "Protocol", "signature"),
        ("pages/prepare/phases.py", "Phases", "lock_open"),
    ),
    "Work": (
        ("pages/work/queue.py", "Queue", "inbox"),
        ("pages/work/review.py", "Review", "rate_review"),
        ("pages/work/outbox.py", "Outbox", "outbox"),
        ("pages/work/disputes.py", "Disputes", "gavel"),
        ("pages/work/sorting.py", "Sorting session", "style"),
    ),
    "Prove": (
        ("pages/prove/pilot.py", "Pilot", "monitoring"),
        ("pages/prove/overrides.py", "Overrides", "rule"),
        ("pages/prove/before_after.py", "Before and after", "compare_arrows"),
        ("pages/prove/time_to_cash.py", "Time to cash", "hourglass_bottom"),
        ("pages/prove/roi.py", "ROI", "savings"),
        ("pages/prove/opportunity.py", "Where to start", "explore"),
    ),
    "Explain": (
        ("pages/explain/method.py", "Method", "menu_book"),
        ("pages/explain/policy.py", "Policy", "alt_route"),
        ("pages/explain/score.py", "Score", "sort"),
        ("pages/explain/audit.py", "Record", "fact_check"),
    ),
}
#: The page that opens: work first.
OPENS = "Queue"


def site() -> dict[str, list[st.Page]]:
    """The pages by section."""
    return {
        section: [
            st.Page(HERE / file, title=title, icon=f":material/{icon}:", default=title == OPENS)
            for file, title, icon in pages
        ]
        for section, pages in SITE.items()
    }


st.set_page_config(
    page_title="Countback", page_icon=str(HERE / "pages" / "parts" / "favicon.png"), layout="wide"
)
frame.around(st.navigation(site(), expanded=True).run)
