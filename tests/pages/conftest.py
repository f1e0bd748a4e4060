"""A copy of the demo for each test, and the app opened on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from pages.parts import session
from pipeline.pilot import Pilot

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
    folder = tmp_path_factory.mktemp("demo") / "pilot"
    shutil.copytree(
        REPOSITORY / "data" / "demo", folder, ignore=shutil.ignore_patterns("ledger.*", ".cache")
    )
    Pilot.open(folder).books()
    return folder


@pytest.fixture
def folder(built_demo: Path, tmp_path: Path) -> Path:
    """A demo pilot of the test's own."""
    return Path(shutil.copytree(built_demo, tmp_path / "pilot"))


@pytest.fixture
def open_app(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the app on a page, as somebody, looking from a day."""
    monkeypatch.setenv("COUNTBACK_PILOT", str(folder))

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

    yield opened
    session.forget_everything()


def said(app: AppTest) -> str:
    """Every sentence that the page shows by a Markdown widget."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.error, app.warning)
    return "\n".join(element.value for elements in kinds for element in elements)
