"""`python -m pipeline health`: the page's findings for scripts and for people."""

from __future__ import annotations

import json

import pytest

from pipeline.__main__ import main
from tests.drawn import Draw
from tests.health.sound import ON, sound
from tests.health.test_checks import FIRING


def test_what_is_blocked_is_status_1_and_every_finding_has_its_keys(
    drawn: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    pilot = sound(drawn, **FIRING["po_missing"][0])
    assert main(["health", "--pilot", str(pilot.folder), "--as-of", ON, "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert (result["open"], result["blocked"], result["fixes"]) == (1, 1, [])
    assert result["blocked_amounts"] == {"USD": "100.00"}
    assert result["next"]["check"] == "po_missing"
    [worst] = [one for one in result["findings"] if one["severity"] == "blocks"]
    assert (worst["check"], worst["amounts"]) == ("po_missing", {"USD": "100.00"})
    assert worst["invoice_ids"] == ["A-1001"]
    assert "contact_left" in result["passing"]


def test_nothing_blocked_is_status_0_in_plain_words(
    drawn: Draw, capsys: pytest.CaptureFixture[str]
) -> None:
    pilot = sound(drawn)
    assert main(["health", "--pilot", str(pilot.folder), "--as-of", ON]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Nothing in the data stops a draft (open invoices: 1)."
    assert said[-1].endswith("checks pass.")
