"""How soon a browser shows something: the app on the demo, beside an empty Streamlit page.

Both are served on this machine and opened by the system's Chromium, in windows that have nothing
in store. Playwright, which drives it, comes with `make install-dev`.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from pipeline.bench.measuring import REPOSITORY
from pipeline.bench.serving import (
    PATIENCE,
    browser_or_refuse,
    copied_demo,
    playwright_or_refuse,
    served,
)

#: Loads of each page; the median is told.
LOADS = 5
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure() -> dict[str, dict[str, float]]:
    """Page -> seconds to its first paint and to its heading, for the Queue and an empty page.

    `first visitor` is the Queue before anybody has looked: its books are built, its day is not.
    Raises CountbackError without Chromium, Playwright or the demo.
    """
    found = browser_or_refuse()
    playwright_or_refuse()
    with copied_demo() as pilot:
        empty = pilot.parent / "empty.py"
        empty.write_text("import streamlit as st\nst.title('Empty')\n", "utf-8")
        serve = pilot.parent / "serve.py"
        serve.write_text("import streamlit as st\napp = st.App('empty.py')\n", "utf-8")
        with served(serve, pilot) as address:
            nothing = _loads(found, address, LOADS)
        with served(REPOSITORY / "app.py", pilot) as address:
            first = _loads(found, address, 1)
            queue = _loads(found, address, LOADS)
    return {"empty page": nothing, "first visitor": first, "queue": queue}


def ratios(found: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Each figure of the Queue against that of the empty page in the same run."""
    empty = found["empty page"]
    return {
        f"{page}, {what} / empty page": {"value": round(found[page][what] / empty[what], 2)}
        for page in ("first visitor", "queue")
        for what in empty
    }


def _loads(found: str, address: str, times: int) -> dict[str, float]:
    """Median seconds over so many loads, each in a window of its own."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only measuring needs it

    paints, headings = [], []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for _ in range(times):
            window = opened.new_context(viewport={"width": 1440, "height": 900})
            page = window.new_page()
            page.set_default_timeout(PATIENCE)
            start = time.perf_counter()
            page.goto(address)
            page.get_by_role("heading", level=1).first.wait_for()
            headings.append(time.perf_counter() - start)
            paints.append(page.evaluate(_PAINT) / 1000)
            window.close()
        opened.close()
    return {"first paint": round(median(paints), 3), "heading": round(median(headings), 3)}
