"""Something in the pilot's folder is damaged: one sentence that names it, and a way on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session
from tests.cli.drawing import Said, assert_sentence, call
from tests.conftest import REPOSITORY
from tests.outbox.world import approve, run, world

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pilot with one letter handed over."""
    pilot = world(tmp_path_factory.mktemp("whole") / "pilot")
    approve(pilot)
    run(pilot)
    return pilot.folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "pilot"))


def written(name: str, content: bytes) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return damage


def cut(name: str, keep: int) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / name
        path.write_bytes(path.read_bytes()[:keep])

    return damage


def folder_at(name: str) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / name
        path.unlink(missing_ok=True)
        path.mkdir(parents=True)

    return damage


#: What is damaged -> how, and a word of the way on.
REFUSED: dict[str, tuple[Damage, str]] = {
    "ledger: other bytes": (
        written("ledger.sqlite", b"remember the milk\n" * 900),
        "ledger.sqlite",
    ),
    "ledger: cut short": (cut("ledger.sqlite", 5_000), "ledger.sqlite"),
    "ledger: a folder": (folder_at("ledger.sqlite"), "ledger.sqlite"),
    "policy: no TOML": (written("pilot.toml", b"[pilot\nname ="), "mend that line"),
    "policy: no text": (written("pilot.toml", b"\xff\xfe\x00"), "mend that line"),
    "policy: an unknown key": (written("pilot.toml", b"[pilot]\ncolour = 1\n"), "pilot.colour"),
    "policy: another type": (written("pilot.toml", b"pilot = 3\n"), "pilot"),
    "policy: endless": (written("pilot.toml", b"a = " + b"[" * 5_000), "mend that line"),
    "policy: a condition": (
        written("pilot.toml", b'[segment]\nwhere = "nobody\'s column = 1"\n'),
        "[segment] where",
    ),
    "layout: no TOML": (written("formats/mine.toml", b"name = "), "mine.toml"),
    "layout: no layout": (written("formats/mine.toml", b"name = 'x'\n"), "mine.toml"),
    "layout: no text": (written("formats/mine.toml", b"\xc3\x28"), "mine.toml"),
    "answers: no JSON": (written("answers.json", b'{"a'), "mend or delete"),
    "answers: a list": (written("answers.json", b"[1]"), "mend or delete"),
    "uploads: no JSON": (written("exports/.uploads.json", b"{"), "drop them again"),
    "uploads: a way out": (
        written("exports/.uploads.json", b'{"a": "../../pilot.toml"}'),
        "drop them again",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_command_line_says_it_in_one_sentence(folder: Path, what: str) -> None:
    damage, way_on = REFUSED[what]
    damage(folder)
    said = call("route", "--pilot", folder, "--json")
    assert said.status in (1, 2), said
    assert said.out == ""
    assert_sentence(said.err)
    assert way_on in said.err


@pytest.mark.parametrize(
    "what", ["ledger: other bytes", "policy: no TOML", "layout: no TOML", "uploads: no JSON"]
)
def test_a_page_says_it_too(folder: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    REFUSED[what][0](folder)
    monkeypatch.setenv("COUNTBACK_PILOT", str(folder))
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=120).run()
    session.forget_everything()
    assert not app.exception
    told = " ".join(one.value for kind in (app.error, app.warning, app.info) for one in kind)
    assert REFUSED[what][1].split()[0] in told, told


@pytest.mark.parametrize("damage", [b"", b"remember the milk\n" * 900])
def test_a_damaged_cache_is_built_again_without_a_word(folder: Path, damage: bytes) -> None:
    good = call("aging", "--pilot", folder, "--json")
    for path in (folder / ".cache").glob("books-*"):
        path.unlink()
        path.write_bytes(damage)
    assert call("aging", "--pilot", folder, "--json") == good


def test_a_damaged_log_of_model_calls_stops_the_asking_and_nothing_else(folder: Path) -> None:
    written("models/calls.jsonl", b"nothing\n" * 3)(folder)
    assert call("route", "--pilot", folder, "--json").status == 0


OUTBOX: dict[str, Damage] = {
    "a letter was changed": lambda folder: next((folder / "outbox").glob("*.eml")).write_bytes(b""),
    "a letter was taken": lambda folder: next((folder / "outbox").glob("*.eml")).unlink(),
    "a stranger lies there": written("outbox/x.eml", b"To: all\n\nhi"),
    "half a letter waits": written("outbox/.coming/x.tmp", b"To: al"),
}


@pytest.mark.parametrize("what", OUTBOX)
def test_whatever_happens_to_the_outbox_nothing_leaves_again(folder: Path, what: str) -> None:
    OUTBOX[what](folder)
    before = sorted((folder / "outbox").glob("*.eml"))
    said = call("send", "--pilot", folder, "--json")
    assert said.data["handed_over"] == []
    assert sorted((folder / "outbox").glob("*.eml")) == before


@pytest.mark.parametrize("name", ["outbox", "outbox/.turn"])
def test_an_outbox_that_is_none_is_one_sentence(folder: Path, name: str) -> None:
    shutil.rmtree(folder / "outbox")
    if name == "outbox":
        (folder / "outbox").write_text("in the way", encoding="utf-8")
    else:
        folder_at(name)(folder)
    said: Said = call("send", "--pilot", folder, "--json")
    assert said.status == 1
    assert_sentence(said.err)
    assert "outbox" in said.err
