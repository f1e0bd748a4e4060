"""Nothing leaves by itself, and what a model would be given is of one customer only."""

from __future__ import annotations

import csv
import json
import socket
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.acting import draft_case, prompts
from pipeline.drafting.wording import question
from pipeline.model import MESSAGE_LANES
from pipeline.pilot import Pilot
from pipeline.settings import DraftingSection
from tests.shipped import shipped


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shipped(tmp_path_factory.mktemp("leaving") / "pilot", record=False)


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("something asked for the network")


def test_every_flow_works_with_the_network_cut_and_no_model_is_asked(
    demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(socket.socket, "connect", _refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", _refuse)
    monkeypatch.setattr(socket, "getaddrinfo", _refuse)
    at = ["--pilot", str(demo), "--json"]
    assert main(["route", *at]) == 0
    cases = json.loads(capsys.readouterr().out)["cases"]
    case = next(one["case_id"] for one in cases if one["lane"] == "routine")
    for verb in (
        *(["load", str(demo / "exports")], ["aging"], ["dso"], ["metrics"], ["before-after"]),
        *(["draft", case], ["draft", case, "--again"], ["verify"], ["send", "--dry-run"]),
    ):
        assert main([*verb, *at]) in (0, 1), verb
        assert capsys.readouterr().err == ""
    assert not (demo / "models").exists()


def test_what_is_sent_to_a_model_and_to_a_customer_names_no_other_customer(demo: Path) -> None:
    with (demo / "exports" / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {row["customer_id"]: row["name"] for row in csv.DictReader(file)}
    generous = DraftingSection(model="m", send_texts=True, send_names=True)
    pilot, looked_at = Pilot.open(demo), 0
    with pilot.day() as day:
        desk = pilot.desk(day)
        for case in desk.cases:
            if case.lane not in MESSAGE_LANES:
                continue
            made = draft_case(pilot, day, case.case_id, desk)
            if made.draft.state == "refused":
                continue
            looked_at += 1
            asked = question(made.dossier, prompts(), generous)
            text = f"{asked.given}\n{asked.system}\n{made.draft.subject}\n{made.draft.body}"
            others = {n for key, n in names.items() if key != case.customer_id} - {
                names[case.customer_id]
            }
            assert [n for n in others if n in text] == [], case.case_id
            assert "@" not in asked.given
    assert looked_at > 10
