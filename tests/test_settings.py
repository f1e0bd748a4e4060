"""What pilot.toml may say, and the one sentence for what it may not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.model import WrongCall
from pipeline.settings import Settings, read_settings


def read(folder: Path, text: str) -> Settings:
    path = folder / "pilot.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_an_empty_or_missing_file_is_enough(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml") == read(tmp_path, "") == Settings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[pilot]\ncolour = 'red'", ["pilot.colour", "no setting"]),
        ("[pilots]\nname = 'x'", ["pilots", "no setting"]),
        ("[pilot]\nname = 5", ["pilot.name", "5"]),
        ("[pilot]\ncurrency = 'Dollar'", ["pilot.currency", "Dollar", "ISO 4217"]),
        ("[pilot]\nstarted_on = 'soon'", ["pilot.started_on", "soon"]),
        ("[control]\nkind = 'random'", ["control.kind", "random"]),
        ("[rates]\nEUR = 0", ["rates", "EUR", "above zero"]),
        ("[rates]\nEUR = nan", ["rates", "EUR"]),
        ("[rates]\nEUR = 1000000", ["rates", "EUR", "below a million"]),
        ("[rates]\nEUR = 1.1234567890123", ["rates", "EUR", "twelve decimals"]),
        ("[rates]\nEuro = 1.1", ["rates", "Euro", "ISO 4217"]),
        ("[windows]\nselection = [2025-01-01]", ["windows.selection"]),
        ("rule = 5", ["rule", "5"]),
        ("[people]\nadmins = ['ana@client.example']", ["people.admins", "write issuer|subject"]),
        (
            "[people]\nadmins = ['https://id.example|ana@client.example']",
            ["people.admins", "ana@client.example is an e-mail address", "issuer and subject"],
        ),
        ("[pilot", ["not valid TOML"]),
    ],
)
def test_a_faulty_setting_is_one_sentence_with_file_key_and_value(
    tmp_path: Path, text: str, named: list[str]
) -> None:
    with pytest.raises(WrongCall) as raised:
        read(tmp_path, text)
    said = str(raised.value)
    assert "\n" not in said
    for word in ["pilot.toml", *named]:
        assert word in said


@pytest.mark.parametrize(
    ("selection", "baseline", "overlaps"),
    [
        ("2025-01-01, 2025-06-30", "2025-07-01, 2025-12-31", False),
        ("2025-01-01, 2025-07-01", "2025-07-01, 2025-12-31", True),
        ("2025-08-01, 2025-09-01", "2025-07-01, 2025-12-31", True),
        ("2025-06-30, 2025-01-01", "2025-07-01, 2025-12-31", True),
    ],
)
def test_windows_may_share_no_day(
    tmp_path: Path, selection: str, baseline: str, overlaps: bool
) -> None:
    text = f"[windows]\nselection = [{selection}]\nbaseline = [{baseline}]\n"
    assert bool(read(tmp_path, text).overlap) is overlaps


def test_the_phases_turn_on_days_30_60_and_90(tmp_path: Path) -> None:
    found = read(tmp_path, "[pilot]\nstarted_on = 2026-01-01\n")
    assert [
        found.phase(date(2026, 1, 1)),
        found.phase(date(2026, 1, 30)),
        found.phase(date(2026, 1, 31)),
        found.phase(date(2026, 3, 2)),
    ] == ["instrument", "instrument", "copilot", "cadence"]
