"""Several people at once: the app on the demo, each person in a browser window of their own.

Everybody goes from page to page, all at the same time; what a click takes until its page stands
is beside what it takes one person alone in the same run. The browser shares the machine.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.bench.serving import PATIENCE, browser_or_refuse, playwright_or_refuse, served_demo
from pipeline.model import WrongCall

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

#: Pages that everybody goes through, by their name in the menu, and how often.
WAY = ("Review", "Pilot", "Queue", "Disputes")
ROUNDS = 2
_AT_REST = "[data-test-script-state='notRunning']"


def measure(people: int) -> dict[str, Any]:
    """Seconds for a click, one person alone and so many at once, and what went wrong.

    Raises WrongCall below two people, CountbackError without Chromium, Playwright or the demo.
    """
    if people < 2:
        raise WrongCall(f"--sessions {people}: at least two people are needed to be at it at once.")
    found = browser_or_refuse()
    playwright_or_refuse()
    with served_demo() as address:
        return asyncio.run(_all(found, address, people))


async def _all(found: str, address: str, people: int) -> dict[str, Any]:
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only measuring needs it

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        alone = await _person(opened, address)
        together = await asyncio.gather(*(_person(opened, address) for _ in range(people)))
        await opened.close()
    clicks = [seconds for person in together for seconds in person[0]]
    wrong = [*alone[1], *(fault for person in together for fault in person[1])]
    return {
        "people": people,
        "clicks": len(clicks),
        "errors": wrong,
        "seconds": {"alone": _spread(alone[0]), "together": _spread(clicks)},
    }


async def _person(opened: Browser, address: str) -> tuple[list[float], list[str]]:
    """One person's way: seconds of each click, and every error that was shown."""
    from playwright.async_api import TimeoutError as PlaywrightTimeout  # noqa: PLC0415

    window = await opened.new_context(viewport={"width": 1440, "height": 900})
    page = await window.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(address)
    await page.get_by_role("heading", level=1).first.wait_for()
    await page.locator(_AT_REST).first.wait_for(state="attached")
    seconds, wrong = [], []
    for name in WAY * ROUNDS:
        try:
            seconds.append(await _click(page, name))
        except PlaywrightTimeout:
            wrong.append(f"{name}: not there within {PATIENCE // 1000} s")
            break
        if await page.get_by_test_id("stException").count():
            wrong.append(name)
    await window.close()
    return seconds, wrong


async def _click(page: Page, name: str) -> float:
    """Seconds from a click in the menu until the page stands and its script is at rest."""
    before = await page.get_by_role("heading", level=1).first.inner_text()
    start = time.perf_counter()
    link = page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True)
    # Sent to the link itself: a hidden window of a busy machine draws too seldom to be aimed at.
    await link.dispatch_event("click")
    await page.wait_for_function(
        "title => { const h = document.querySelector('h1'); return h && h.innerText !== title; }",
        arg=before,
    )
    await page.locator(_AT_REST).first.wait_for(state="attached")
    return time.perf_counter() - start


def _spread(seconds: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(seconds, [50, 95])
    return {"p50": round(float(p50), 3), "p95": round(float(p95), 3)}
