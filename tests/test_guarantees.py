"""What GUARANTEES.md names as holding a guarantee is there: the file, and in it the test."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import REPOSITORY

GATES = "## Gates"
TABLE = (REPOSITORY / "GUARANTEES.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (P\d+) \|.*\| (.*) \|$", TABLE, re.MULTILINE)


def test_every_guarantee_says_what_holds_it() -> None:
    assert [name for name, _ in ROWS] == [f"P{n}" for n in range(1, 19)]
    assert all(held.strip() for _, held in ROWS)


@pytest.mark.parametrize(("name", "held"), ROWS, ids=[name for name, _ in ROWS])
def test_the_tests_that_hold_it_are_there(name: str, held: str) -> None:
    for file, tests in re.findall(r"`([\w/]+\.py)`: ([\w, ]+)", held):
        source = (REPOSITORY / "tests" / file).read_text(encoding="utf-8")
        kinds = (ast.FunctionDef, ast.ClassDef)
        there = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)}
        assert set(tests.split(", ")) <= there, f"{name} names tests that {file} has not"


def test_every_gate_names_tests_and_commands_that_there_are() -> None:
    gates = TABLE.partition(GATES)[2].partition("**Not promised")[0]
    files = set(re.findall(r"`([\w/]+\.py)`", gates))
    targets = set(re.findall(r"`make (\w+)`", gates))
    assert len(files) > 10
    assert [name for name in files if not (REPOSITORY / "tests" / name).is_file()] == []
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert [name for name in targets if f"\n{name}:" not in makefile] == []
