"""How the command line is called: exit statuses, one sentence for what is wrong, clean stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.drawing import SETTINGS, call, draw, refused
from tests.conftest import REPOSITORY

WRONG_CALLS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "VERB"),
    (("frobnicate",), "frobnicate"),
    (("load",), "SOURCE"),
    (("aging", "--as-of", "tomorrow"), "tomorrow"),
    (("aging", "--as-of", "2026-02-30"), "2026-02-30"),
    (("aging", "--flavour", "sweet"), "sweet"),
    (("dso", "--days", "0"), "0"),
    (("dso", "--days", "many"), "many"),
    (("dso", "--customers", "MINE"), "MINE"),
    (("roll",), "--week-ending"),
    (("before-after", "--read-out", "45"), "45"),
    (("bridge", "--read-out", "45"), "45"),
    (("cohorts", "--customers", "MINE"), "MINE"),
    (("decide", "C-ALDER/routine/USD"), "--verdict"),
    (("decide", "X", "--verdict", "maybe", "--by", "P-1"), "maybe"),
    (("decide", "X", "--verdict", "hold", "--by", "P-1", "--reason", "WHIM"), "WHIM"),
    (("decide", "X", "--verdict", "reroute", "--by", "P-1", "--lane", "fast"), "fast"),
    (("dispute", "A-1", "--by", "P-1"), "--flag"),
    (("dispute", "A-1", "--flag", "--close", "--by", "P-1"), "--close"),
    (("kill", "--by", "P-1"), "--on"),
    (("kill", "--on", "--off", "--by", "P-1"), "--off"),
    (("bench", "--invoices", "10"), "10"),
    (("bench", "--customers", "2"), "at least 5"),
    (("bench", "--reruns", "50"), "at least 100 open invoices"),
)


@pytest.mark.parametrize(("arguments", "word"), WRONG_CALLS, ids=str)
def test_a_wrong_call_is_one_sentence_and_status_2(
    drawn: Path, arguments: tuple[str, ...], word: str
) -> None:
    place = ("--pilot", drawn) if arguments and arguments[0] not in ("load", "frobnicate") else ()
    refused(call(*arguments, *place), 2, word)


@pytest.mark.parametrize("verb", ["aging", "dso", "route", "metrics", "before-after", "verify"])
def test_a_pilot_that_is_not_there(tmp_path: Path, verb: str) -> None:
    refused(call(verb, "--pilot", tmp_path / "nowhere", "--json"), 2, tmp_path / "nowhere")


@pytest.mark.parametrize("verb", ["aging", "dso", "route", "metrics"])
def test_empty_books_are_the_datas_no(tmp_path: Path, verb: str) -> None:
    refused(call(verb, "--pilot", tmp_path, "--json"), 1, "no invoice")


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    source = tmp_path / "nowhere"
    refused(call("load", source, "--pilot", tmp_path / "pilot"), 2, source)
    assert not (tmp_path / "pilot").exists()


def test_a_folder_that_is_no_pilot_needs_a_place_to_keep_one(tmp_path: Path) -> None:
    refused(call("load", draw(tmp_path / "exports to load")), 2, "--pilot")


def test_a_pilot_cannot_be_made_inside_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(call("load", draw(tmp_path / "source"), "--pilot", tmp_path / "file" / "x"), 2, "file")


def test_an_arm_that_is_not_set(tmp_path: Path) -> None:
    source = draw(tmp_path / "source")
    (source / "pilot.toml").unlink()
    assert call("load", source, "--pilot", tmp_path / "pilot").status == 0
    for verb in (("aging",), ("dso",), ("roll", "--week-ending", "2026-03-20")):
        said = call(*verb, "--customers", "SEGMENT", "--pilot", tmp_path / "pilot")
        refused(said, 2, "pilot.toml", "[segment]")
    refused(call("before-after", "--pilot", tmp_path / "pilot"), 2, "started_on", "[control] where")


def test_a_read_out_that_is_still_to_come(drawn: Path) -> None:
    refused(call("before-after", "--read-out", 120, "--pilot", drawn), 1, "2026-04-30")


def test_books_that_do_not_tie_out_are_the_datas_no(tmp_path: Path) -> None:
    source = draw(tmp_path / "source")
    totals = (source / "control_totals.csv").read_text().replace("2915.75", "2915.74")
    (source / "control_totals.csv").write_text(totals)
    said = call("load", source, "--pilot", tmp_path / "pilot", "--json")
    assert said.status == 1
    (untied,) = (tie for tie in said.data["tie_out"] if not tie["ok"])
    assert (untied["currency"], untied["difference"]) == ("USD", "0.01")


# --- pilot.toml --------------------------------------------------------------------------------

BAD_SETTINGS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("unknown key", "[pilot]\nstarted = 2026-01-01\n", ("pilot.started", "spelling")),
    ("unknown section", "[segments]\n", ("segments",)),
    ("bad day", '[pilot]\nstarted_on = "soon"\n', ("pilot.started_on", "soon")),
    ("bad currency", '[pilot]\ncurrency = "DOLLARS"\n', ("pilot.currency", "DOLLARS")),
    ("bad rate", "[rates]\nEUR = -1\n", ("rates", "EUR")),
    ("unknown kind", '[control]\nkind = "hope"\n', ("control.kind", "hope")),
    ("no TOML", "[pilot\n", ("TOML", "line 1")),
    ("a rule without its lane", '[[rule]]\nname = "x"\nwhen = "true"\n', ("lane",)),
    ("a rule to nowhere", '[[rule]]\nname = "x"\nlane = "moon"\nwhen = "true"\n', ("moon",)),
)


@pytest.mark.parametrize(("what", "text", "words"), BAD_SETTINGS, ids=[b[0] for b in BAD_SETTINGS])
def test_a_setting_that_does_not_fit_is_named(
    pilot: Path, what: str, text: str, words: Sequence[str]
) -> None:
    (pilot / "pilot.toml").write_text(text, encoding="utf-8")
    refused(call("route", "--pilot", pilot, "--json"), 2, pilot / "pilot.toml", *words)


@pytest.mark.parametrize(
    ("where", "word"),
    [
        ("teir = 'mid'", "teir"),
        ("tier", "yes-or-no"),
        ("tier = 'mid'; drop table customers", "semicolon"),
        ("tier = 'mid", "cannot be read"),
        ("tier = 'mid') or (true", "cannot be read"),
    ],
)
def test_a_condition_that_does_not_fit_is_named(pilot: Path, where: str, word: str) -> None:
    settings = SETTINGS.replace("tier = 'mid'", where)
    (pilot / "pilot.toml").write_text(settings, encoding="utf-8")
    refused(call("aging", "--pilot", pilot, "--json"), 2, "pilot.toml", "[segment] where", word)


def test_a_rules_condition_that_does_not_fit_is_named(pilot: Path) -> None:
    rule = '[[rule]]\nname = "ours"\nlane = "waiting"\nwhen = "days_overdue > 3"\n'
    (pilot / "pilot.toml").write_text(SETTINGS + rule, encoding="utf-8")
    refused(call("route", "--pilot", pilot, "--json"), 2, "pilot.toml", "ours", "days_overdue")


def test_own_rules_decide_but_never_over_the_guards(pilot: Path) -> None:
    rule = '[[rule]]\nname = "ours"\nlane = "relationship"\nwhen = "true"\n'
    (pilot / "pilot.toml").write_text(SETTINGS + rule, encoding="utf-8")
    invoices = call("route", "--pilot", pilot, "--json").data["invoices"]
    lanes = {invoice["invoice_id"]: invoice["lane"] for invoice in invoices}
    assert (lanes["A-1"], lanes["B-1"], lanes["D-1"]) == ("relationship", "disputed", "hands_off")


OVERLAPPING = """
[windows]
selection = [2025-01-01, 2025-08-01]
baseline = [2025-07-05, 2025-12-31]
"""


def test_windows_that_overlap_load_but_are_never_compared(tmp_path: Path) -> None:
    source = draw(tmp_path / "source")
    windows = (
        "[windows]\nselection = [2025-01-01, 2025-08-01]\nbaseline = [2025-07-05, 2025-12-31]\n"
    )
    (source / "pilot.toml").write_text(SETTINGS + windows, encoding="utf-8")
    loaded = call("load", source, "--pilot", tmp_path / "pilot", "--json")
    assert loaded.status == 0
    assert "overlaps baseline" in loaded.err
    said = call("before-after", "--pilot", tmp_path / "pilot", "--json")
    assert (said.status, said.data["verdict"], said.data["rdpd30"]) == (1, "refused", None)
    assert "pilot.toml: [windows] selection (2025-01-01 to 2025-08-01) overlaps" in said.err
    assert said.err.count("\n") == 1


def test_a_missing_rate_names_the_line_to_add(pilot: Path) -> None:
    text = (pilot / "pilot.toml").read_text().replace("EUR = 1.10", "")
    (pilot / "pilot.toml").write_text(text, encoding="utf-8")
    for verb in (("roll", "--week-ending", "2026-03-20"), ("metrics",), ("before-after",)):
        refused(call(*verb, "--pilot", pilot, "--json"), 1, "pilot.toml", "[rates]", "EUR = 1.10")
    aged = call("aging", "--pilot", pilot, "--json").data
    assert aged["reporting"]["total"] is None
    assert "EUR" in aged["reporting"]["why"]


# --- as a process ------------------------------------------------------------------------------


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    call_ = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    settings = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        call_, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=settings
    )


def test_a_process_prints_one_object_and_nothing_else(drawn: Path) -> None:
    done = run("aging", "--pilot", drawn, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert json.loads(done.stdout)["currencies"]["USD"]["total"] == "3045.75"


def test_a_process_says_no_with_its_exit_status(drawn: Path, tmp_path: Path) -> None:
    no = run("draft", "C-BIRCH/disputed/USD", "--pilot", drawn, "--json")
    assert (no.returncode, json.loads(no.stdout)["state"]) == (1, "refused")
    wrong = run("aging", "--pilot", tmp_path / "nowhere")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)


def test_help_names_every_verb() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for verb in ("load", "aging", "dso", "roll", "route", "draft", "decide", "dispute", "kill"):
        assert verb in done.stdout
