"""Signing in with a real OpenID provider on this machine: the whole code flow, in a browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipeline.deciding.people import grant, remove
from pipeline.model import Actor, Role
from pipeline.pilot import Pilot
from tests.browser.conftest import ARTEFACTS, PATIENCE, REPOSITORY, free_port, wait_for
from tests.browser.test_journey import settled

pytestmark = pytest.mark.browser

CASE = "C-1010/relationship/USD"
#: Seconds after which the provider's tokens end, in the tests of expiry.
SHORT = 15
Opened = Iterator[BrowserContext]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An OpenID provider that knows two people of one name, an admin, and somebody else."""
    with _provider(3600) as issuer:
        yield issuer


@contextmanager
def _provider(max_age: int) -> Iterator[str]:
    port = free_port()
    people = {
        "ana-1": "Ana Ruiz",
        "ana-2": "Ana Ruiz",
        "ada-1": "Ada Admin",
        "Ana-1": "Ana Ruiz",
    }
    known = [
        part
        for sub, name in people.items()
        for part in ("--user-claims", json.dumps({"sub": sub, "name": name}))
    ]
    where = ["--host", "127.0.0.1", "--port", str(port), "--token-max-age", str(max_age)]
    issuer = f"http://127.0.0.1:{port}"
    with _running([sys.executable, "-m", "oidc_provider_mock", *where, *known], "provider"):
        wait_for(f"{issuer}/.well-known/openid-configuration")
        yield issuer


@contextmanager
def _running(command: list[str], name: str, **env: str) -> Iterator[None]:
    ARTEFACTS.mkdir(exist_ok=True)
    with (ARTEFACTS / f"{name}.log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, **env},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            server.terminate()
            server.wait(timeout=20)


@contextmanager
def _app(folder: Path, issuer: str) -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    secrets = folder.parent / f"secrets-{port}.toml"
    secrets.write_text(
        "[auth]\n"
        f'redirect_uri = "{address}/oauth2callback"\n'
        'cookie_secret = "only for this test"\n'
        'client_id = "countback"\n'
        'client_secret = "only for this test"\n'
        f'server_metadata_url = "{issuer}/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    options = ["--server.port", str(port), "--secrets.files", str(secrets)]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    with _running(command, "signed-in-app", COUNTBACK_PILOT=str(folder)):
        wait_for(f"{address}/_stcore/health")
        yield address


@pytest.fixture(scope="module")
def ruled(folder: Path, provider: str) -> Path:
    """The pilot, with Ada as its admin by pilot.toml and Ana as approver."""
    path = folder / "pilot.toml"
    people = f'\n[people]\nsign_in = true\nadmins = ["{provider}|ada-1"]\n'
    path.write_text(path.read_text("utf-8") + people, encoding="utf-8")
    change(folder, provider, "approver")
    change(folder, provider, "viewer")
    Pilot.open(folder).books()
    return folder


@pytest.fixture(scope="module")
def address(ruled: Path, provider: str) -> Iterator[str]:
    with _app(ruled, provider) as found:
        yield found


@pytest.fixture
def window(browser: Browser) -> Opened:
    """A browser of its own: with nobody's cookies."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def change(folder: Path, issuer: str, role: Role, *, gone: bool = False) -> None:
    """Ada grants Ana a role, or takes it away, from another process than the app's."""
    ada = Actor(issuer=issuer, subject="ada-1", name="Ada Admin")
    ana = Actor(issuer=issuer, subject="ana-1", name="Ana Ruiz")
    act: dict[str, Any] = {
        "by": ada.name,
        "now": datetime(2026, 3, 31, 12, tzinfo=UTC),
        "on_day": date(2026, 3, 31),
    }
    with closing(Pilot.open(folder).on_behalf(ada).ledger()) as ledger:
        if gone:
            remove(ledger, ana.identity, role, **act)
        else:
            grant(ledger, ana, role, **act)


def sign_in(page: Page, subject: str) -> None:
    """From the sign-in page through the provider's own, and back."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=subject, exact=True).click()
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/(\w*)(\?.*)?$"))


def decided(folder: Path) -> list[tuple[str, str, str]]:
    """(kind, name, subject) of what was done since roles count."""
    entries = [e for e in Pilot.open(folder).entries() if e.actor]
    return [
        (e.kind, e.by, e.actor.rpartition("|")[2])
        for e in entries
        if e.kind != "timing" and "role_" not in e.kind
    ]


def test_an_approver_signs_in_approves_and_is_refused_once_the_role_is_gone(
    window: BrowserContext, address: str, ruled: Path, provider: str
) -> None:
    page = window.new_page()
    asked = f"{address}/review?case={CASE}"
    page.goto(asked)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert CASE.split("/", maxsplit=1)[0] not in page.inner_text("body")
    page.screenshot(path=ARTEFACTS / "sign-in.png")
    sign_in(page, "ana-1")
    # The page and the case of the link are there again after the provider's pages.
    expect(page.get_by_text("Viewer and approver")).to_be_visible()
    assert unquote(page.url) == asked
    expect(page.get_by_label("Who are you?")).to_have_count(0)
    page.get_by_role("button", name="Approve Shortcut A").click()
    expect(page.get_by_text("approved").first).to_be_visible()
    assert decided(ruled) == [("decision", "Ana Ruiz", "ana-1")]

    page.goto(f"{address}/review?case=C-1022/routine/USD")
    approve = page.get_by_role("button", name="Approve Shortcut A")
    expect(approve).to_be_enabled()
    change(ruled, provider, "approver", gone=True)
    try:
        approve.click()
        expect(
            page.get_by_text("Ana Ruiz is viewer, and this takes approver").first
        ).to_be_visible()
        assert len(decided(ruled)) == 1
        settled(page)
        expect(approve).to_be_disabled()
        page.screenshot(path=ARTEFACTS / "viewer.png")
    finally:
        change(ruled, provider, "approver")


def test_two_people_of_one_name_are_told_apart_and_the_unknown_one_sees_nothing(
    browser: Browser, address: str, ruled: Path
) -> None:
    for subject in ("ana-2", "Ana-1"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        sign_in(page, subject)
        expect(page.get_by_text("hold no role in this pilot")).to_be_visible()
        for place in ("", "review?case=" + CASE, "exports", "audit", "people"):
            page.goto(f"{address}/{place}")
            expect(page.get_by_text("hold no role in this pilot")).to_be_visible()
            expect(page.locator("[data-testid='stDataFrame']")).to_have_count(0)
            assert "C-10" not in page.get_by_test_id("stMain").inner_text()
        context.close()


def test_a_forged_cookie_is_nobodys(window: BrowserContext, address: str) -> None:
    told = {"iss": address, "sub": "ada-1", "is_logged_in": True, "origin": address}
    for value in (json.dumps(told), "2|1:0|10:1|15:_streamlit_user|4:e30=|00", ""):
        window.clear_cookies()
        window.add_cookies(
            [{"name": "_streamlit_user", "value": value.replace('"', "%22"), "url": address}]
        )
        page = window.new_page()
        page.goto(f"{address}/people")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        page.close()


def test_an_admin_grants_on_the_page_and_signing_out_closes_every_window(
    window: BrowserContext, address: str, ruled: Path, provider: str
) -> None:
    page = window.new_page()
    page.goto(address)
    sign_in(page, "ada-1")
    page.goto(f"{address}/people")
    page.get_by_role("textbox", name="Issuer and subject").fill(f"{provider}|ben-1")
    page.get_by_role("textbox", name="Issuer and subject").press("Tab")
    page.get_by_role("textbox", name="Name", exact=True).fill("Ben Vale")
    page.get_by_role("textbox", name="Name", exact=True).press("Tab")
    page.get_by_role("button", name="Grant it").click()
    expect(page.get_by_text("Ben Vale is viewer from now on.")).to_be_visible()
    page.screenshot(path=ARTEFACTS / "people.png")
    assert Pilot.open(ruled).people().roles(f"{provider}|ben-1") == {"viewer"}

    other = window.new_page()
    other.goto(f"{address}/audit")
    expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    cookies = window.cookies()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("end_session"))
    other.get_by_role("link", name="Queue", exact=True).click()
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    # The cookie that was copied before opens nothing either.
    window.add_cookies(cookies)  # type: ignore[arg-type]  # what was read is what is written
    other.goto(f"{address}/audit")
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_sign_in_ends_with_the_providers_token(window: BrowserContext, folder: Path) -> None:
    with _provider(SHORT) as issuer:
        path = folder / "pilot.toml"
        before = path.read_text("utf-8")
        admins = re.sub(r'admins = \["[^"]*"\]', f'admins = ["{issuer}|ada-1"]', before)
        path.write_text(admins, encoding="utf-8")
        try:
            with _app(folder, issuer) as address:
                page = window.new_page()
                page.goto(f"{address}/people")
                sign_in(page, "ada-1")
                expect(page.get_by_role("button", name="Sign out")).to_be_visible()
                page.wait_for_timeout(SHORT * 1000)
                page.get_by_role("button", name="Stop everything unsent").click()
                expect(page.get_by_text("Your sign-in has ended")).to_be_visible()
        finally:
            path.write_text(before, encoding="utf-8")
    assert ("kill_switch", "Ada Admin", "ada-1") not in decided(folder)
