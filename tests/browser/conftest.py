"""The app on a copy of the demo, and a browser window that asks nothing of anybody else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.shipped import shipped

REPOSITORY = Path(__file__).resolve().parents[2]
ARTEFACTS = REPOSITORY / "tests" / "artefacts"
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo that ships."""
    return shipped(tmp_path_factory.mktemp("journey") / "pilot")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The app, running on a free port of this machine."""
    port = free_port()
    ARTEFACTS.mkdir(exist_ok=True)
    with (ARTEFACTS / "app.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=REPOSITORY,
            env={**os.environ, "COUNTBACK_PILOT": str(folder)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(health: str) -> None:
    for _ in range(150):
        try:
            with urlopen(health, timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail("the app did not start within thirty seconds")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A browser window that fails the test when anything outside this machine is asked for."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong = watched(page, address)
    yield page
    context.close()
    assert wrong == []


def watched(page: Page, address: str) -> list[str]:
    """Fills with what is asked of anybody else, and with what our own headers had to stop."""
    found: list[str] = []
    ours = (address, address.replace("http", "ws", 1), "data:", "blob:")

    def asked(url: str) -> None:
        if not url.startswith(ours):
            found.append(url)

    def said(text: str) -> None:
        if "Content Security Policy" in text:
            found.append(text)

    page.on("request", lambda request: asked(request.url))
    page.on("console", lambda message: said(message.text))
    return found
