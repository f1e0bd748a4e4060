"""A link into the app opens its page, for the first visitor of a fresh server too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_first_visitor_lands_on_the_page_of_the_link(page: Page, address: str) -> None:
    for path, heading in (
        ("before_after", "Did the cash come sooner?"),
        ("audit", "What was done, and by whom?"),
    ):
        page.goto(f"{address}/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page.get_by_test_id("stSidebarNav")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
