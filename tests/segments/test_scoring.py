"""The cleanliness score: worked cases, the pessimistic end, weights and anchors as settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import WrongCall
from pipeline.segments import Measure, components, reweighed, score
from pipeline.settings import COMPONENTS, ChoosingSection, Settings

#: What the worked cases call a component -> what it is called here.
NAMES = {"disp": "dispute", "conc": "concentration", "po_missing": "po"}


def measures(case: dict[str, Any]) -> dict[str, Measure]:
    invoices, customers = case["inv"], case["cust"]
    return {
        "terms": Measure(case["terms"], invoices),
        "owner": Measure(case["owner"], customers),
        "contact": Measure(case["contact"], customers),
        "dispute": Measure(case["disp"], invoices),
        "concentration": Measure(0, 0, case["neff"]),
        "chronic": Measure(case["chronic"], customers),
        "po": Measure(case["po_missing"], invoices),
    }


@pytest.fixture(scope="module")
def worked(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "oracles" / "score_roi_oracle.json").read_text())
    return found


@pytest.mark.parametrize(
    "name", ["Mid-tier US net-30", "Enterprise", "Long tail", "Tiny but spotless"]
)
def test_the_worked_cases_come_out(worked: dict[str, Any], name: str) -> None:
    parts = components(measures(worked["segments"][name]), ChoosingSection())
    wanted = worked["scores"][name]
    points = {part.name: round(part.points, 1) for part in parts}
    assert points == {NAMES.get(part, part): at for part, at in wanted["components"].items()}
    assert round(score(parts), 1) == wanted["score"]


def test_the_default_weights_are_those_of_the_worked_cases(worked: dict[str, Any]) -> None:
    assert ChoosingSection().weights == {
        NAMES.get(name, name): weight for name, weight in worked["weights"].items()
    }


def spotless(customers: int, invoices: int) -> dict[str, Measure]:
    return {
        **{name: Measure(invoices, invoices) for name in ("terms",)},
        **{name: Measure(customers, customers) for name in ("owner", "contact")},
        **{name: Measure(0, invoices) for name in ("dispute", "po")},
        "chronic": Measure(0, customers),
        "concentration": Measure(0, 0, float(customers)),
    }


def test_a_small_spotless_segment_scores_less_than_a_large_one_with_a_few_faults() -> None:
    small = score(components(spotless(8, 24), ChoosingSection()))
    large = {**spotless(64, 420), "contact": Measure(61, 64), "dispute": Measure(5, 420)}
    assert small < score(components(large, ChoosingSection()))


def test_what_nobody_knows_counts_as_nothing() -> None:
    unknown = {**spotless(64, 420), "chronic": Measure(0, 0), "concentration": Measure(0, 0)}
    points = {p.name: p.points for p in components(unknown, ChoosingSection())}
    assert (points["chronic"], points["concentration"]) == (0, 0)
    assert points["terms"] == 100


def test_weights_and_anchors_are_settings() -> None:
    settings = Settings.model_validate(
        {"choosing": {"weights": {"terms": 0}, "anchors": {"contact": (0.0, 0.5)}}}
    )
    parts = {p.name: p for p in components(spotless(8, 24), settings.choosing)}
    assert (parts["terms"].weight, parts["owner"].weight) == (0, 20)
    assert parts["contact"].points == 100


@pytest.mark.parametrize(
    "wrong",
    [{"weights": {"term": 1}}, {"anchors": {"po": (0.2, 0.2)}}, {"weights": {"po": -1}}],
)
def test_a_weight_or_anchor_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"none of|two different|between 0"):
        ChoosingSection.model_validate(wrong)


def test_other_weights_give_another_order_and_gates_stay_gates() -> None:
    def each(name: str, passes: bool, terms: float, rest: float) -> dict[str, object]:
        points = [terms, *[rest] * (len(COMPONENTS) - 1)]
        parts = [{"points": point} for point in points]
        return {"candidate": name, "passes": passes, "score": 50.0, "components": parts}

    rows = [each("a", True, 0, 80), each("b", True, 100, 40), each("c", False, 100, 100)]
    usual = dict.fromkeys(COMPONENTS, 10.0)
    # a: (0 + 6 x 80) / 7 = 68.6; b: (100 + 6 x 40) / 7 = 48.6; c fails a gate, however clean.
    found = reweighed(rows, usual)
    assert [(row["candidate"], round(row["score"], 1)) for row in found] == [
        ("a", 68.6),
        ("b", 48.6),
        ("c", 100.0),
    ]
    assert found[2]["first_share"] is None
    only_terms = reweighed(rows, {name: 10.0 * (name == "terms") for name in COMPONENTS})
    assert [row["candidate"] for row in only_terms] == ["b", "a", "c"]
    assert only_terms[0]["first_share"] == 1.0
    with pytest.raises(WrongCall, match="Every weight is nought"):
        reweighed(rows, dict.fromkeys(COMPONENTS, 0.0))
