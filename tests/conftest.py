"""What tests share: where outside material lies, the browser, PostgreSQL, how hard to try."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test

from pipeline.warehouse import books
from tests.postgres import Server, programs, server
from tests.same_books import SameBooks

REPOSITORY = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

settings.register_profile("small", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=40, deadline=None, print_blob=True)
settings.register_profile("long", max_examples=400, deadline=None, print_blob=True)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "small")
)

# As on a server, no page is compiled twice.
_compiled = ScriptCache()
app_test.ScriptCache = lambda: _compiled


def without(reason: str) -> NoReturn:
    """Leave a test out on a desk that lacks something; on CI nothing may be lacking."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must not leave this out: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _same_books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What one test has built need not be built for the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "_build_safely", SameBooks(tmp_path_factory.mktemp("books")).build)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Files that other people's systems wrote; they lie beside the repository, never in it."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        without(f"needs the shared material in {folder.name}/ beside the repository")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for the session; each test takes a schema of its own from it."""
    found = programs()
    if found is None:
        without("needs PostgreSQL (make postgresql)")
    with server(found) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new record may stand: whoever takes this runs on either database."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    running: Server = request.getfixturevalue("postgres")
    return running.url()


@pytest.fixture
def kept(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The pilot of this test, whatever folder it lies in, keeps its record at the address."""
    if "://" in address:
        monkeypatch.setenv("COUNTBACK_LEDGER", address)
    return address


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium, for Playwright's `executable_path`."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        without("needs Chromium (make chromium)")
    return found
