"""The site map, and one run of the app: whatever the person looks at, inside the shared frame.

This is the script that app.py serves. It lies here and not beside `pages/`, because Streamlit
takes a folder of that name beside its script for a site of its own until the first page has run.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts import frame
from pages.parts.address import REPOSITORY

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
        ("pages/explain/people.py", "People", "group"),
        ("pages/explain/audit.py", "Record", "fact_check"),
    ),
}
#: The page that opens: work first.
OPENS = "Queue"


def site() -> dict[str, list[st.Page]]:
    """The pages by section."""
    return {
        section: [
            st.Page(
                REPOSITORY / file, title=title, icon=f":material/{icon}:", default=title == OPENS
            )
            for file, title, icon in pages
        ]
        for section, pages in SITE.items()
    }


def draw() -> None:
    """Draws the page that is asked for."""
    icon = Path(__file__).with_name("favicon.png")
    st.set_page_config(page_title="Countback", page_icon=str(icon), layout="wide")
    frame.around(st.navigation(site(), expanded=True).run)


if __name__ == "__main__":
    draw()
