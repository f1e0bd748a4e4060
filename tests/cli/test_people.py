"""The verb `people`: roles from the command line, on behalf of the machine's own user.

The record is on either database.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.pilot import Pilot
from pipeline.verbs.calling import ours

ANA = "https://id.example|ana-1"


@pytest.fixture
def ruled(tmp_path: Path, kept: str) -> Path:
    """An empty pilot whose admin is the user that runs this."""
    Pilot.create(tmp_path / "pilot")
    me = ours(Pilot.open(tmp_path / "pilot")).actor
    assert me is not None
    toml = f'[people]\nsign_in = true\nadmins = ["{me.identity}"]\n'
    (tmp_path / "pilot" / "pilot.toml").write_text(toml, encoding="utf-8")
    return tmp_path / "pilot"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    found = capsys.readouterr()
    return found.out + found.err


def test_roles_are_listed_granted_and_removed(
    ruled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--pilot", str(ruled))
    assert main(["people", "grant", ANA, "approver", "--name", "Ana Ruiz", *where]) == 0
    assert main(["people", "grant", ANA, "approver", "--name", "Ana Ruiz", *where]) == 1
    assert "Ana Ruiz is approver already" in said(capsys)
    assert main(["people", "--json", *where]) == 0
    listed = json.loads(said(capsys))
    assert listed["by_roles"] is True
    assert [(one["identity"], one["role"]) for one in listed["people"]][-1] == (ANA, "approver")
    assert {right["does"] for right in listed["rights"]} >= {"Grant a role"}
    assert main(["people", "remove", ANA, "approver", *where]) == 0
    assert Pilot.open(ruled).people().roles(ANA) == frozenset()


@pytest.mark.parametrize(
    ("call", "status", "sentence"),
    [
        (["grant", "ana@client.example", "approver", "--name", "Ana"], 2, "names nobody"),
        (["grant", "https://id.example|a@b.example", "viewer", "--name", "A"], 2, "e-mail address"),
        (["grant", ANA, "approver"], 2, "--name"),
        (["grant", ANA, "owner", "--name", "Ana"], 2, "invalid choice"),
        (["grant"], 2, "Say whom and which role"),
        (["remove", ANA, "approver"], 1, "nothing to remove"),
        (["grant", ANA, "viewer", "--name", "Ana", "--by", "Ada"], 1, "is not who is signed in"),
    ],
)
def test_a_wrong_call_is_refused_in_one_sentence(
    ruled: Path,
    capsys: pytest.CaptureFixture[str],
    call: list[str],
    status: int,
    sentence: str,
) -> None:
    assert main(["people", *call, "--pilot", str(ruled)]) == status
    assert sentence in said(capsys)
    assert Pilot.open(ruled).entries() == []


def test_the_machines_user_needs_a_role_like_anybody_else(
    ruled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    me = ours(Pilot.open(ruled))
    stop = ["kill", "--on", "--as-of", "2026-03-31", "--pilot", str(ruled)]
    assert main([*stop, "--by", "Ana Ruiz"]) == 1
    assert "is not who is signed in" in said(capsys)
    assert main([*stop, "--by", me.called()]) == 0
    load = ["load", str(ruled), "--answer", "x.csv=day first", "--pilot", str(ruled)]
    assert main(load) == 1
    assert "this takes preparer" in said(capsys)
    entry = Pilot.open(ruled).entries()[-1]
    assert (entry.kind, entry.actor) == ("kill_switch", me.actor and me.actor.identity)


def test_without_roles_the_list_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Pilot.create(tmp_path / "pilot")
    assert main(["people", "--pilot", str(tmp_path / "pilot")]) == 0
    assert "No roles count in this pilot" in said(capsys)
    grant = ["people", "grant", ANA, "admin", "--name", "Ana", "--pilot", str(tmp_path / "pilot")]
    assert main(grant) == 1
    assert "named in pilot.toml" in said(capsys)
