"""Who may reach the app."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.exposure import is_this_machine, refusal
from tests.browser.conftest import free_port
from tests.conftest import REPOSITORY


@pytest.mark.parametrize("address", ["127.0.0.1", "127.4.5.6", "::1", "[::1]", "localhost"])
def test_this_machine_is_told_by_its_address(address: str) -> None:
    assert is_this_machine(address)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_every_other_address_is_the_world(address: str | None) -> None:
    assert not is_this_machine(address)


def test_without_sign_in_only_made_up_data_is_served_to_others() -> None:
    assert "127.0.0.1" in refusal("0.0.0.0", signs_in=False, is_synthetic=False)
    assert refusal(None, signs_in=False, is_synthetic=False)
    assert not refusal("0.0.0.0", signs_in=False, is_synthetic=True)
    assert not refusal("0.0.0.0", signs_in=True, is_synthetic=False)
    assert not refusal("127.0.0.1", signs_in=False, is_synthetic=False)


def test_a_real_pilot_does_not_listen_for_others_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "pilot.toml").write_text('[pilot]\nname = "Real"\n')
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0"),
            *("--server.port", str(free_port())),
        ],
        cwd=REPOSITORY,
        env={**os.environ, "COUNTBACK_PILOT": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "Nobody signs in here and the pilot holds real receivables" in ended.stderr
    assert "Traceback" not in ended.stderr
