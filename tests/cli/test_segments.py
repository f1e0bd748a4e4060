"""`segments`: every candidate as JSON, and a table for people."""

from __future__ import annotations

from pathlib import Path

from tests.cli.drawing import call

KEYS = {
    *("as_of", "currency", "verdict", "recommended", "sentence", "windows", "settings"),
    *("waterfall", "candidates", "left_out"),
}
CANDIDATE = {
    *("candidate", "trait", "customers", "control_customers", "passes", "gates", "score"),
    *("components", "rdpd30", "due_per_day", "headroom", "invoices_due_60", "power"),
    *("minimum_detectable_days", "waterfall", "where", "control_where", "carved_out"),
    *("siblings", "first_share", "because", "value"),
}


def test_the_object_has_its_keys_and_status_one_when_nothing_can_be_recommended(
    drawn: Path,
) -> None:
    said = call("segments", "--pilot", drawn, "--json")
    data = said.data
    assert set(data) == KEYS
    assert (said.status, data["verdict"], data["recommended"]) == (1, "none", None)
    for each in data["candidates"]:
        assert set(each) == CANDIDATE
        assert set(each["minimum_detectable_days"]) == {"60", "90", "120"}
        assert len(each["gates"]) == 6
        assert len(each["components"]) == 7


def test_the_demo_is_recommended_a_segment() -> None:
    demo = Path(__file__).resolve().parents[2] / "data" / "demo"
    said = call("segments", "--pilot", demo, "--json")
    assert said.status == 0
    assert said.data["recommended"] == said.data["candidates"][0]["candidate"]
    people = call("segments", "--pilot", demo)
    assert people.out.startswith(said.data["sentence"])
    assert "gates failed" in people.out
    assert "[segment] where = " in people.out


def test_the_same_call_says_the_same(drawn: Path) -> None:
    once, again = (call("segments", "--pilot", drawn, "--json").out for _ in range(2))
    assert once == again


def test_overlapping_windows_are_refused(pilot: Path) -> None:
    settings = pilot / "pilot.toml"
    windows = (
        "\n[windows]\nselection = [2025-01-01, 2025-09-30]\nbaseline = [2025-07-05, 2025-12-31]\n"
    )
    settings.write_text(settings.read_text(encoding="utf-8") + windows, encoding="utf-8")
    said = call("segments", "--pilot", pilot)
    assert said.status == 1
    assert said.out.startswith("Refused: [windows] selection")
