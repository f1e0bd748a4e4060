"""A working day in a real browser: demo, queue, review by keyboard, and the proof that follows."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.pilot import Pilot
from tests.browser.conftest import ARTEFACTS, PATIENCE

pytestmark = pytest.mark.browser

CLEAN = "C-1022/routine/USD"


def keep(page: Page, name: str) -> None:
    """A screenshot to look at afterwards."""
    page.screenshot(path=ARTEFACTS / f"{name}.png")


def verdicts(folder: Path) -> list[str]:
    """What was decided by the person of this journey, in order."""
    entries = Pilot.open(folder).entries()
    mine = [entry for entry in entries if entry.by == "Ana Ruiz"]
    return [e.payload.get("verdict", e.kind) for e in mine if e.kind in ("decision", "undone")]


def title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def settled(page: Page) -> None:
    """The script has run to its end, and the page shows what it said."""
    page.locator("[data-test-script-state='notRunning']").wait_for()
    page.wait_for_timeout(300)
    page.locator("[data-test-script-state='notRunning']").wait_for()
    expect(page.locator("[data-testid='stSkeleton']")).to_have_count(0)


def introduce(page: Page, name: str) -> None:
    """Says who sits at the desk."""
    settled(page)
    field = page.get_by_label("Who are you?", exact=True)
    field.fill(name)
    field.press("Enter")
    settled(page)
    expect(field).to_have_value(name)


def press(page: Page, key: str) -> None:
    """A key of the keyboard, pressed while no field has the focus."""
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press(key)


def overrides(page: Page) -> tuple[int, int]:
    """(overridden, decided) since go-live, as the card of the Pilot page says."""
    card = page.locator(".st-key-card_override_rate")
    said = re.search(r"Since go-live (\d+) of (\d+)", card.inner_text())
    assert said, card.inner_text()
    return int(said[1]), int(said[2])


def test_a_day_from_the_queue_to_the_proof(page: Page, address: str, folder: Path) -> None:
    page.goto(address)
    title(page, "Which cases need you today?")
    introduce(page, "Ana Ruiz")
    keep(page, "1-queue")
    page.get_by_role("link", name="Pilot", exact=True).click()
    page.wait_for_url("**/pilot*")
    settled(page)
    overridden, decided = overrides(page)
    page.get_by_role("link", name="Queue", exact=True).click()
    title(page, "Which cases need you today?")
    settled(page)

    page.get_by_role("button", name="Review from the top").click()
    expect(page.get_by_role("button", name="Approve Shortcut A")).to_be_visible()
    keep(page, "2-review")

    page.goto(f"{address}/review?case={CLEAN}")
    introduce(page, "Ana Ruiz")
    message = page.get_by_label("Message", exact=True)
    asked = "Is anything missing on our side, or does somebody else at your company see to it?"
    message.fill(f"{message.input_value()}\n\n{asked}")
    message.press("Control+Enter")
    approve_edit = page.get_by_role("button", name="Approve edit")
    expect(approve_edit).to_be_enabled()
    keep(page, "3-edited")
    approve_edit.click()
    expect(page.get_by_text("approved with edits")).to_be_visible()
    assert verdicts(folder) == ["edit"]

    page.get_by_role("link", name="Pilot", exact=True).click()
    page.wait_for_url("**/pilot*")
    settled(page)
    keep(page, "4-pilot")
    assert overrides(page) == (overridden + 1, decided + 1)

    page.get_by_role("link", name="Before and after").click()
    page.wait_for_url("**/before_after*")
    settled(page)
    keep(page, "5-before-and-after")
    expect(page.locator("[data-testid='stException']")).to_have_count(0)


def test_a_pass_without_a_mouse(page: Page, address: str, folder: Path) -> None:
    before = len(verdicts(folder))
    page.goto(f"{address}/?lane=routine")
    title(page, "Which cases need you today?")
    introduce(page, "Ana Ruiz")
    expect(page.get_by_role("button", name="Review from the top")).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_text("case 1 of")).to_be_visible()
    press(page, "j")
    expect(page.get_by_text("case 2 of")).to_be_visible()
    press(page, "k")
    expect(page.get_by_text("case 1 of")).to_be_visible()
    press(page, "h")
    expect(page.get_by_text("put on hold until")).to_be_visible()
    press(page, "u")
    expect(page.get_by_text("is undecided again")).to_be_visible()
    assert verdicts(folder)[before:] == ["hold", "undone"]


def test_twenty_cases_are_decided_by_keyboard_alone(page: Page, address: str, folder: Path) -> None:
    """Approve what may be approved, hold the rest for a week; nothing is clicked."""
    before = decided_cases(folder)
    page.goto(address)
    introduce(page, "Ana Ruiz")
    press(page, "Enter")
    expect(page.get_by_text("case 1 of")).to_be_visible()
    for _ in range(30):  # a seeded check asks for a second look
        if len(decided_cases(folder)) - len(before) == 20:
            break
        settled(page)
        n = len(Pilot.open(folder).entries())
        may_approve = page.get_by_role("button", name="Approve Shortcut A").is_enabled()
        press(page, "a" if may_approve else "h")
        until_recorded(folder, n)
    mine = decided_cases(folder)[len(before) :]
    assert len(mine) == len(set(mine)) == 20
    assert {"approve", "hold"} <= set(verdicts(folder))
    press(page, "u")
    expect(page.get_by_text("is undecided again")).to_be_visible()


def decided_cases(folder: Path) -> list[str]:
    """The cases that the person of this journey decided, in order."""
    entries = Pilot.open(folder).entries()
    return [e.subject for e in entries if e.kind == "decision" and e.by == "Ana Ruiz"]


def until_recorded(folder: Path, n: int) -> None:
    """Waits until the record has grown."""
    for _ in range(PATIENCE // 100):
        if len(Pilot.open(folder).entries()) > n:
            return
        time.sleep(0.1)
    pytest.fail("the key recorded nothing")


def test_keys_typed_into_the_message_decide_nothing(page: Page, address: str, folder: Path) -> None:
    before = verdicts(folder)
    page.goto(f"{address}/review?case=C-1010/relationship/USD")
    introduce(page, "Ana Ruiz")
    message = page.get_by_label("Message", exact=True)
    message.click()
    page.keyboard.type("ahx")
    page.wait_for_timeout(1500)
    assert "ahx" in message.input_value()
    assert verdicts(folder) == before
