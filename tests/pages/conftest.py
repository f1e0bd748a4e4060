"""A copy of the demo for each test, and the app opened on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from pages.parts import presence, session
from tests.shipped import shipped

REPOSITORY = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Each AppTest would read the metadata of every installed package anew."""
    with pytest.MonkeyPatch.context() as patch:
        found = manifest_scanner.scan_component_manifests()
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo pilot before anyone decided, its books built: made once, never written on."""
    return shipped(tmp_path_factory.mktemp("demo") / "pilot", record=False)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the demo of every test stands in its turn."""
    yield tmp_path_factory.mktemp("place") / "pilot"
    session.forget_everything()


@pytest.fixture
def folder(built_demo: Path, place: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A demo pilot of the test's own.

    It stands where the others stood: what the app keeps under the fingerprint of exports,
    settings, record and day is worked out once for all tests, unless one of them patches code.
    """
    let_go = session.forget_everything if "monkeypatch" in request.fixturenames else _let_go
    let_go()
    shutil.copytree(built_demo, place)
    yield place
    let_go()
    shutil.rmtree(place)


def _let_go() -> None:
    """Lets go of the record that is open, of the newest desk, and of who looked at what."""
    session._ledger.clear()
    session._pilot.clear()
    session._desks.clear()
    presence._room.clear()


@pytest.fixture
def open_app(folder: Path) -> Iterator[Open]:
    """Opens the app on a page, as somebody, looking from a day."""

    def opened(page: str = "work/queue", by: str = "Ana Ruiz", **query: str) -> AppTest:
        app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        app.session_state["reviewer"] = by
        if page != "work/queue":
            app.switch_page(f"pages/{page}.py")
        app.run()
        assert not app.exception
        return app

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTBACK_PILOT", str(folder))
        yield opened


def said(app: AppTest) -> str:
    """Every sentence that the page shows by a Markdown widget."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.error, app.warning)
    return "\n".join(element.value for elements in kinds for element in elements)
