"""What next in a readout: the engine's own words and numbers, in every format."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from pptx import Presentation

from pipeline.pilot import Pilot
from pipeline.protocol import charter, sign
from pipeline.proving import before_after
from pipeline.report import rendered
from pipeline.report.ruling import TITLE, ruling_section
from pipeline.report.shapes import Readout, Section
from pipeline.what_next import what_next
from tests.drawn import Draw
from tests.report.conftest import SETTINGS, books, made


def section(found: Readout) -> Section:
    (one,) = [section for section in found.sections if section.title == TITLE]
    return one


def judged(pilot: Pilot) -> dict[str, Any]:
    with pilot.day() as day:
        found = before_after(day, pilot.settings)
        return what_next(day, pilot.settings, pilot.entries(), found)


def shown(pilot: Pilot, ruled: dict[str, Any]) -> Section:
    with pilot.day() as day:
        return ruling_section(day, pilot.settings, pilot.entries(), ruled)


def test_it_stands_behind_the_comparison_with_the_engines_answer_and_conditions(
    full: Pilot, found: Readout
) -> None:
    engine, here = judged(full), section(found)
    titles = [section.title for section in found.sections]
    assert titles[titles.index("Before and after") + 1] == TITLE
    assert found.what_next == engine["result"] == "hold"
    assert here.told[0] == engine["sentence"]
    (table,) = here.tables
    keys = ("state", "asks", "value", "interval", "n")
    assert [[cell.text for cell in row] for row in table.rows] == [
        [one["name"].capitalize(), *(one[key] or "–" for key in keys)]
        for one in engine["conditions"]
    ]
    for one in engine["conditions"]:
        assert any(one["sentence"] in note for note in here.notes)
    for said in engine["would_change"]:
        assert said in here.told[-1]


def test_an_unsigned_rule_says_so_and_a_signed_one_its_day_and_name(
    drawn: Draw, found: Readout
) -> None:
    assert section(found).told[1].endswith("” (never fixed)")
    assert "The rule was never fixed" in section(found).told[2]
    pilot = drawn(books(), SETTINGS)
    on = date(2026, 1, 2)
    with closing(pilot.ledger()) as ledger:
        now = datetime(2026, 1, 2, 9, tzinfo=UTC)
        sign(ledger, charter(pilot.settings), pilot.settings, by="Priya", now=now, on_day=on)
    told = section(made(pilot)).told
    assert told[0].startswith("By the rule: hold")
    assert told[1] == (
        f"“{judged(pilot)['rule']['text']}” (fixed on 2 January 2026, signed by Priya)"
    )


def test_before_a_comparison_the_rule_is_quoted_and_nothing_judged(drawn: Draw) -> None:
    found = made(drawn(books(1), SETTINGS.replace("as_of = 2026-03-31", "as_of = 2026-02-20")))
    assert found.what_next == "not judged yet"
    assert section(found).tables == ()
    assert "Not judged yet" in section(found).told[0]
    assert section(found).told[1].startswith("“Extend if days past due at payment fall")


def test_where_it_goes_on_is_told_with_its_figures(full: Pilot) -> None:
    follows = {
        "sentence": "Go on with tier smb.",
        "segment": {
            "headroom": Decimal("1234.50"),
            "invoices_due_60": 1100,
            "detectable_days": 2.04,
        },
        "to_mend": ["3 invoices have no owner."],
        "lanes": [{"lane": "routine", "k": 3, "n": 12, "low": 0.089, "high": 0.532}],
    }
    ruled = {**judged(full), "result": "extend", "next": follows, "doubts": ["mix"]}
    here = shown(full, ruled)
    assert here.told[-3:] == (
        "Go on with tier smb.",
        "Headroom $1,234.50; 1,100 invoices due in 60 days; could see 2.0 days at day 90.",
        "The rule does not ask about the guards below; these call for doubt: mix.",
    )
    _, mend, lanes = here.tables
    assert [cell.text for cell in mend.rows[0]] == ["1", "3 invoices have no owner."]
    assert [cell.text for cell in lanes.rows[0]] == ["routine", "3", "12", "9%", "53%"]


def test_every_format_says_what_next(full: Pilot, found: Readout) -> None:
    sentence = judged(full)["sentence"]
    html = rendered(found, "html").decode()
    assert "What next: hold" in html
    assert sentence in html.replace("&#x27;", "'")
    book = load_workbook(io.BytesIO(rendered(found, "xlsx")))
    assert sentence in [row[0] for row in book[TITLE].iter_rows(values_only=True)]
    slides = Presentation(io.BytesIO(rendered(found, "pptx"))).slides
    (slide,) = [one for one in slides if one.shapes.title.text_frame.text == TITLE]
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert sentence in texts
    assert section(found).told[1] in texts, "and the rule itself"


def test_a_read_out_of_another_result_says_that_one(found: Readout) -> None:
    assert b"What next: stop" in rendered(replace(found, what_next="stop"), "html")
