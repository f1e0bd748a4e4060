"""Attacks in every field, and every page in a real browser: nothing loads, runs or links.

0 requests to any host but ours, no dialog, no element that carries the attackers' address, no
traceback. Light only; every expander and every tab of a page is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.attack.hostile import HOST
from tests.browser.conftest import PATIENCE, watched
from tests.browser.test_every_page import TITLES, at_rest

pytestmark = pytest.mark.browser

#: Elements that would load or run, and every attribute by which one would.
INJECTED = """host => [...document.querySelectorAll('*')].flatMap(one =>
  [...one.attributes].filter(a =>
    (['src', 'srcset', 'href', 'xlink:href', 'action', 'formaction', 'data', 'poster', 'style',
      'background', 'srcdoc'].includes(a.name) && a.value.includes(host)
      && !a.value.startsWith('mailto:'))
    || (a.name.startsWith('on') && /alert|attacker/.test(a.value)))
  .map(a => `<${one.tagName} ${a.name}=${a.value}`.slice(0, 200))
  .concat(one.tagName === 'SCRIPT' && /alert|attacker/.test(one.textContent)
    ? ['<SCRIPT> ' + one.textContent.slice(0, 100)] : []))"""


@pytest.fixture(scope="module")
def window(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong = watched(page, address)
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(address)
    at_rest(page)
    yield page
    context.close()
    assert wrong == []


def opened(page: Page) -> None:
    """Everything that can be unfolded is."""
    for tab in page.get_by_test_id("stMain").get_by_role("tab").all():
        tab.click()
        at_rest(page)
    page.evaluate(
        "document.querySelectorAll('details:not([open]) > summary').forEach(s => s.click())"
    )
    at_rest(page)


@pytest.mark.parametrize("title", TITLES)
def test_a_page_of_attacks_loads_runs_and_links_nothing(window: Page, title: str) -> None:
    window.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(window.get_by_role("heading", level=1).first).to_be_visible()
    at_rest(window)
    opened(window)
    expect(window.get_by_test_id("stException")).to_have_count(0)
    assert window.evaluate(INJECTED, HOST) == []


def test_the_attacks_are_there_to_be_seen(window: Page, folder: Path) -> None:
    """Else the pages above would have been looked at for nothing."""
    title = window.get_by_test_id("stSidebarNav").get_by_role("link", name="Queue", exact=True)
    title.click()
    at_rest(window)
    assert f"https://{HOST}/" in window.get_by_test_id("stApp").inner_text()
