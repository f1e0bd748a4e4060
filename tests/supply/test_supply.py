"""What is let in, and what is told of it: the locks, the list of parts, and the advisories."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.supply.advisories import ask, told
from tests.supply.parts import LIST, LOCK, locked, made
from tests.test_repository import REPOSITORY, lock_faults, startup_files

LOCKS = sorted(path.name for path in REPOSITORY.glob("requirements*.txt"))


def parts() -> dict[tuple[str, str], set[str]]:
    """(package, version) -> the hashes in the list of parts."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))["components"]
    return {
        (one["name"], one["version"]): {file["content"] for file in one["hashes"]} for one in listed
    }


@pytest.mark.parametrize("name", LOCKS)
def test_every_lock_is_hashed_and_names_no_index_and_no_stolen_release(name: str) -> None:
    assert lock_faults((REPOSITORY / name).read_text("utf-8")) == []


def test_every_requirement_is_locked() -> None:
    asked = {path.stem for path in REPOSITORY.glob("requirements*.in")}
    assert {Path(name).stem for name in LOCKS} == asked


def test_the_list_holds_every_locked_package_with_the_same_hashes() -> None:
    assert parts() == locked(LOCK.read_text("utf-8")), "the lock has changed: run `make sbom`"


def test_the_list_names_no_address_of_a_file() -> None:
    text = LIST.read_text(encoding="utf-8")
    assert "/simple" not in text


def test_nothing_runs_when_python_starts() -> None:
    for place in {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}:
        assert startup_files(Path(place)) == set()


def test_the_tools_assumptions_are_left_out() -> None:
    assumed = {"type": "distribution", "url": "https://index.example/a/"}
    digest = {"alg": "SHA-256", "content": "0" * 64}
    part = {"bom-ref": "L1", "name": "a", "version": "1", "purl": "pkg:x/a@1", "type": "library"}
    bom = {
        "metadata": {"component": {"bom-ref": "root", "name": "countback"}},
        "components": [
            {
                **part,
                "description": "line 1",
                "externalReferences": [{**assumed, "hashes": [digest]}],
            }
        ],
    }
    [one] = json.loads(made(json.dumps(bom)))["components"]
    assert one == {**part, "bom-ref": "pkg:x/a@1", "hashes": [digest]}


SOUND = {"name": "a", "version": "1", "vulns": []}


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ([SOUND], 0, "No advisory is known on any of the 1 locked parts."),
        ([{**SOUND, "vulns": [{"id": "X-1"}]}], 1, "a 1: X-1"),
        ([SOUND, {"name": "b", "skip_reason": "not found"}], 2, "did not answer about 1 of 2"),
        ([], 2, "did not answer about any part"),
    ],
)
def test_what_nobody_answered_is_not_taken_for_good_news(
    answer: list[dict[str, Any]], status: int, words: str
) -> None:
    said, found = told(answer)
    assert found == status
    assert words in said


@pytest.mark.parametrize("fault", [subprocess.TimeoutExpired("x", 1), "not JSON", '{"a": 1}'])
def test_a_service_out_of_reach_is_one_sentence(fault: Exception | str) -> None:
    def run(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        if isinstance(fault, Exception):
            raise fault
        return subprocess.CompletedProcess([], 1, fault, "")

    assert ask(run) == (
        "Nothing is known: the advisory service cannot be reached from this machine.",
        2,
    )
