"""docs/requirements.md is true: forty rows, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

TABLE = REPOSITORY / "docs" / "requirements.md"
ROWS = [
    [cell.strip() for cell in line.strip("|\n ").split(" | ")]
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]
NAMED = re.compile(r"\[([\w/]+\.py)::(\w+)\]\(([^)]+)\)")


@cache
def written_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_there_are_forty_each_with_its_place() -> None:
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, 41)]
    assert all(what and where for _, what, where, *_ in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_tests_that_hold_it_are_there(row: list[str]) -> None:
    named = NAMED.findall(row[3])
    assert named, f"requirement {row[0]} names no test"
    for shown, test, link in named:
        file = (TABLE.parent / link).resolve()
        assert file == REPOSITORY / "tests" / shown
        assert test in written_in(file), f"{shown} has no {test}"
