"""The container file follows the two commands, and what it starts answers from outside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.browser.conftest import free_port, wait_for
from tests.conftest import REPOSITORY
from tests.shipped import shipped

TEXT = (REPOSITORY / "Containerfile").read_text(encoding="utf-8")


def test_every_command_of_it_is_one_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    used = set(re.findall(r"^RUN make ([a-z-]+)", TEXT, re.MULTILINE))
    used |= set(re.findall(r'"make", "([a-z-]+)"', TEXT))
    assert used == {"install", "run"}
    assert used <= targets


def test_no_books_and_no_secrets_go_into_an_image() -> None:
    left_out = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert {"data/*", ".streamlit/secrets.toml", ".env", ".git"} <= set(left_out)
    kept = [line for line in left_out if line.startswith("!")]
    assert kept == ["!data/demo"]


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    return shipped(tmp_path / "pilot", record=False)


def test_made_up_data_is_served_to_others_with_its_headers(demo: Path) -> None:
    variables = dict(re.findall(r"^ENV (\w+)=(\S+)", TEXT, re.MULTILINE))
    assert variables == {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=REPOSITORY,
        env={**os.environ, **variables, "COUNTBACK_PILOT": str(demo)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    finally:
        server.terminate()
        server.wait(timeout=20)
