"""The reader that outlives a load: lent again, and ended when its time is up."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.exports import load_layouts
from pipeline.exports.confined import lending, lent_reader
from pipeline.exports.layouts import SHIPPED


@pytest.fixture(autouse=True)
def _nobody_idle() -> Iterator[None]:
    lending.let_go()
    yield
    lending.let_go()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text("person_id,name,email\np1,Ana,ana@us.example\n", encoding="utf-8")
    return path


def test_the_next_load_uses_the_same_process(good: Path) -> None:
    pids = []
    for _ in range(2):
        with lent_reader(load_layouts(SHIPPED)) as reader:
            assert reader.read(good, good.name, {}).rows == 1
            pids.append(reader.pid)
    assert pids[0] == pids[1]


def test_two_loads_at_once_share_no_process(good: Path) -> None:
    layouts = load_layouts(SHIPPED)
    with lent_reader(layouts) as one, lent_reader(layouts) as other:
        assert one.pid != other.pid
        assert one.read(good, good.name, {}).rows == other.read(good, good.name, {}).rows == 1


def test_other_layouts_are_handed_to_the_same_process(good: Path) -> None:
    shipped = load_layouts(SHIPPED)
    [own] = [layout for layout in shipped if layout.name == "countback_people"]
    others = tuple(layout for layout in shipped if layout is not own)
    pids, names = [], []
    for layouts in (shipped, others, (own,)):
        with lent_reader(layouts) as reader:
            pids.append(reader.pid)
            names.append(getattr(reader.read(good, good.name, {}).layout, "name", None))
    assert len(set(pids)) == 1
    assert names == ["countback_people", None, "countback_people"]


def test_a_process_that_ended_while_idle_is_not_asked_with_other_layouts(good: Path) -> None:
    with lent_reader(load_layouts(SHIPPED)[:5]) as reader:
        before = reader.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    with lent_reader(load_layouts(SHIPPED)) as reader:
        assert reader.read(good, good.name, {}).rows == 1
        assert reader.pid != before


def test_a_load_that_fails_keeps_no_process() -> None:
    with pytest.raises(KeyError), lent_reader(load_layouts(SHIPPED)) as reader:
        raise KeyError
    assert reader.pid is None


def test_an_idle_process_ends_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "IDLE_SECONDS", 0.0)
    with lent_reader(load_layouts(SHIPPED)) as reader:
        pass
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()
    assert reader.pid is None
