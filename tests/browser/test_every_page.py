"""Every page as it opens: drawn without a traceback, in light and dark, and usable by everybody.

Screenshots of all pages are left in tests/artefacts. The accessibility rules are those of axe-core;
what Streamlit's own widgets break, and no page can mend, is listed with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pages.parts.site import SITE
from tests.browser.conftest import ARTEFACTS, PATIENCE, watched

pytestmark = pytest.mark.browser


TITLES = [title for pages in SITE.values() for _, title, _ in pages]
#: Rule of axe-core -> why it is left to the library whose widget breaks it.
NOT_OURS = {
    "aria-allowed-attr": "aria-required on the group of a date field",
    "list": "links of the navigation grouped by section inside its list",
    "listitem": "the same, seen from the link",
    "svg-img-alt": "the marks of a metric's own sparkline",
    "scrollable-region-focusable": "a code block that is higher than its frame",
}
SERIOUS = ("serious", "critical")
#: In dark, a chosen option is written in the accent on a tint of it; the accent must carry white
#: text too, and no colour can do both with a contrast of 4.5. It is framed besides.
CHOSEN = [["[aria-checked='true']"]]


@pytest.fixture(scope="module")
def window(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong = watched(page, address)
    page.goto(address)
    yield page
    context.close()
    assert wrong == []


def at_rest(page: Page) -> None:
    expect(page.locator("[data-test-script-state='notRunning']")).to_be_attached()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


@pytest.mark.parametrize("title", TITLES)
def test_a_page_opens_and_breaks_no_serious_rule(window: Page, title: str) -> None:
    window.emulate_media(color_scheme="light")
    window.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(window.get_by_role("heading", level=1).first).to_be_visible()
    at_rest(window)
    expect(window.get_by_test_id("stException")).to_have_count(0)
    for scheme in ("light", "dark"):
        window.emulate_media(color_scheme=scheme)
        window.wait_for_timeout(400)
        at_rest(window)
        name = title.casefold().replace(" ", "_")
        window.screenshot(path=ARTEFACTS / f"page_{name}_{scheme}.png")
        assert broken(window, scheme) == [], f"{title}, {scheme}"


def broken(page: Page, scheme: str) -> list[str]:
    """The serious findings of axe-core, each with its element; in dark those of contrast."""
    asked: dict[str, Any] = {}
    if scheme == "dark":
        asked = {"context": {"exclude": CHOSEN}, "options": {"runOnly": ["color-contrast"]}}
    found: list[dict[str, Any]] = Axe().run(page, **asked).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in SERIOUS and rule["id"] not in NOT_OURS
        for node in rule["nodes"]
        if not node["html"].startswith("<kbd")  # the hint of a key on a coloured button
    ]
