"""The kit finds what a naive drafter does, says nothing of a sound one, and stands alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from kit.naive import CASE
from kit.obedient_attacker import TEXTS, Message, attack, broken, main, outputs
from tests.conftest import REPOSITORY

KIT = REPOSITORY / "kit"
FILLED = Message(
    CASE.recipient, "Invoice INV-1001", "Invoice INV-1001 for $60,000.00 was due on 14 March 2026."
)


def test_a_naive_drafter_is_found_out_by_every_rule_but_the_one_it_never_breaks() -> None:
    result = attack([CASE], outputs_wanted=700, seed=1)
    rules = Counter(one.rule for one in result.violations)
    assert set(rules) == {"recipient", "fact", "other", "claim", "script"}
    assert result.passed == result.tried


def test_a_drafter_that_refuses_everything_is_sound_and_so_is_one_that_ignores_the_model() -> None:
    for made in (None, FILLED):
        case = replace(CASE, draft=lambda subject, text, made=made: made)
        result = attack([case], outputs_wanted=700, seed=1)
        assert result.violations == []
        assert result.passed == (result.tried if made else 0)


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (replace(FILLED, to="bob@attacker.example"), "recipient"),
        (replace(FILLED, body="It is $59,000.00."), "fact"),
        (replace(FILLED, body="So does birch labs."), "other"),
        (replace(FILLED, body="We waive it."), "claim"),
        (replace(FILLED, body="P\u0430y."), "script"),
        (replace(FILLED, to=""), "leak"),
    ],
)
def test_each_rule_bites(made: Message, rule: str) -> None:
    assert rule in [one for one, _ in broken(made, CASE)]


def test_the_same_seed_says_the_same() -> None:
    said = [
        [one.said for one in attack([CASE], outputs_wanted=70, seed=s).violations]
        for s in (3, 3, 4)
    ]
    assert said[0] == said[1] != said[2]


def test_every_text_is_put_in_seven_shapes() -> None:
    for text in TEXTS:
        assert len(list(outputs(CASE, text, Random(1)))) == 7


def test_it_knows_nothing_of_countback() -> None:
    for path in KIT.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                first = (node.module or "").split(".")[0]
                assert first in {*sys.stdlib_module_names, "kit"}, f"{path.name}: {first}"


def test_it_runs_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kit.naive:CASE", "--outputs", "70"]) == 1
    assert "70 outputs (seed 7), 70 became a message" in capsys.readouterr().out
    (tmp_path / "kit").symlink_to(KIT)
    command = [sys.executable, "-S", "-m", "kit.obedient_attacker", "kit.naive:CASE"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
