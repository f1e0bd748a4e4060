"""The pages that prove: each number with its n, its baseline and everything behind it."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.demo import keep_books
from pipeline.demo.writing import write_books
from pipeline.model import Decision, Event
from pipeline.pilot import Pilot
from pipeline.warehouse.day import fridays

REPOSITORY = Path(__file__).resolve().parents[2]
GO_LIVE = date(2026, 1, 31)
PILOT, BEFORE_AFTER, METHOD = (
    "pages/prove/pilot.py",
    "pages/prove/before_after.py",
    "pages/explain/method.py",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company's books with forty decisions a week for six weeks, a fourth overridden."""
    folder = tmp_path_factory.mktemp("prove") / "demo"
    write_books(folder, keep_books(7))
    decide(Pilot.open(folder))
    return folder


def decide(pilot: Pilot) -> None:
    with pilot.day() as day:
        customers = [row["customer_id"] for row in day.table("customers") if row["tier"] == "mid"]
    ledger = pilot.ledger()
    for number in range(240):
        on = GO_LIVE + timedelta(days=1 + number // 40 * 7)
        case = f"{customers[number % 40]}/routine/USD"
        changed = {"verdict": "reroute", "reason": "RELATIONSHIP", "new_lane": "relationship"}
        decision = Decision(
            case_id=case,
            customer_id=customers[number % 40],
            lane="routine",
            rule="routine",
            invoice_ids=(f"INV-{number}",),
            **(changed if number % 4 == 0 else {"verdict": "approve"}),
        )
        ledger.append(
            Event(
                kind="decision",
                subject=case,
                by="Dana",
                at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
                on_day=on,
                payload=decision.model_dump(mode="json"),
            )
        )
    ledger.close()


def opened(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    page: str,
    as_of: date | None = None,
    **query: str,
) -> AppTest:
    """A page of the app on a pilot, as seen from a day."""
    monkeypatch.setenv("COUNTBACK_PILOT", str(folder))
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=60)
    if as_of:
        app.session_state["as_of"] = as_of
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page(page).run()
    assert not app.exception
    return app


def changed(demo: Path, target: Path, *edits: tuple[str, str]) -> Path:
    """A copy of the pilot without its record, its pilot.toml rewritten."""
    shutil.copytree(demo, target, ignore=shutil.ignore_patterns("ledger.sqlite*"))
    text = (target / "pilot.toml").read_text("utf-8")
    for pattern, words in edits:
        text, n = re.subn(pattern, words, text, flags=re.MULTILINE | re.DOTALL)
        assert n, pattern
    (target / "pilot.toml").write_text(text, "utf-8")
    return target


def said(app: AppTest) -> str:
    """Every word on the page, Markdown's escapes taken off."""
    parts = [*app.markdown, *app.caption, *app.info, *app.error, *app.text, *app.code]
    return re.sub(r"\\(.)", r"\1", "\n".join(str(part.value) for part in parts))


# --- the four cards ------------------------------------------------------------------------


def test_the_four_cards_stand_in_their_fixed_order(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, PILOT)
    assert [metric.label for metric in app.metric[:4]] == [
        "Minutes to prepare",
        "Dollars aging a week",
        "Hours to the right owner",
        "Override rate",
    ]
    assert all(metric.help for metric in app.metric[:4]), "every card holds its definition"


def test_every_card_says_its_n_and_its_baseline(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    words = said(opened(monkeypatch, demo, PILOT))
    assert re.search(r"Baseline \d+\.\d min \(n = \d+\)", words)
    assert re.search(r"Baseline \d+%, weeks between \d+% and \d+% \(n = 26 weeks\)", words)
    assert re.search(r"n = \d+ disputes? since go-live, \d+ unrouted", words)
    assert re.search(r"Baseline \d+\.\d h \(n = \d+\)", words)
    assert "Since go-live 60 of 240; before it there were no drafts" in words


def test_a_card_shows_the_target_that_was_agreed_and_says_where_none_was(
    monkeypatch: pytest.MonkeyPatch, demo: Path, tmp_path: Path
) -> None:
    words = said(opened(monkeypatch, demo, PILOT))
    assert words.count("No target was agreed") == 4, "a default is no agreement"
    agreed = "[targets]\nprep_minutes = 12\noverride_rate = 0.3\n[protocol]\ndispute_hours = 6\n["
    folder = changed(demo, tmp_path / "p", (r"\[control\]", agreed + "control]"))
    words = said(opened(monkeypatch, folder, PILOT))
    assert re.search(r"Target at most 12 min \(pilot.toml, not signed\): (not )?reached", words)
    assert re.search(r"Target half within 6 h \(pilot.toml, not signed\): (not )?reached", words)
    assert "Target at most 30% (pilot.toml, not signed)" in words
    assert words.count("No target was agreed") == 1


def test_the_signed_protocol_s_hours_are_a_card_s_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = opened(monkeypatch, REPOSITORY / "data" / "demo", PILOT)
    assert re.search(r"Target half within 8 h \(signed 2 January 2026\): (not )?reached", said(app))


def test_the_override_rate_is_the_last_week_with_its_interval_and_the_verdict(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, PILOT)
    assert app.metric[3].value == "25%"
    words = said(app)
    assert "10 of 40 drafts, 95% between 14% and 40%" in words
    assert "Falling? Not falling" in words or "Falling? Cannot tell" in words


def test_phase_day_and_next_read_out_are_told(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    words = said(opened(monkeypatch, demo, PILOT, date(2026, 2, 10)))
    assert "Day 40 · Copilot: every message is approved one by one" in words
    assert "next read-out: day 60, at the close of 1 March 2026" in words


# --- behind every number -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "sections"),
    [
        (PILOT, ("minutes", "dollars", "disputes", "overrides")),
        (BEFORE_AFTER, ("comparison", "dso")),
    ],
)
def test_every_figure_opens_its_definition_its_sql_and_its_rows(
    monkeypatch: pytest.MonkeyPatch, demo: Path, page: str, sections: tuple[str, ...]
) -> None:
    app = opened(monkeypatch, demo, page)
    behind = [e for e in app.expander if e.label == "How this is counted"]
    assert len(behind) == len(sections)
    for part in behind:
        assert any("Better:" in str(m.value) for m in part.markdown)
        assert all("select" in str(code.value) for code in part.code)
        assert len(part.code) >= 1
        assert any(str(c.value).startswith("n = ") for c in part.caption)
        assert len(part.dataframe) >= 1


def test_the_weeks_invoices_add_up_to_what_rolled(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, PILOT)
    app.selectbox(key="roll_week").select(date(2026, 3, 20)).run()
    words = said(app)
    rolled = re.search(r"\$([\d,.]+) rolled", words)
    assert rolled
    rows = next(f for f in app.dataframe if "crossed_on" in f.value.columns).value
    total = sum(Decimal(str(amount)) for amount in rows["rolled"])
    assert total == Decimal(rolled[1].replace(",", ""))
    assert "ties to the cent" in words


def test_a_week_that_is_gone_from_the_day_falls_back_to_the_last(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, PILOT)
    assert app.selectbox(key="roll_week").value == date(2026, 3, 27)
    app.date_input(key="as_of").set_value(date(2026, 3, 1)).run()
    assert not app.exception
    assert app.selectbox(key="roll_week").value == date(2026, 2, 27)


def test_every_chart_can_be_read_as_a_table(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    app = opened(monkeypatch, demo, PILOT)
    keys = ("minutes", "minutes_by_kind", "dollars", "disputes", "owner_curve", "overrides")
    before = len(app.dataframe)
    for key in keys:
        app.toggle(key=f"{key}_as_table").set_value(True)
    app.run()
    assert not app.exception
    assert len(app.dataframe) == before + len(keys)


def test_the_invoices_of_every_week_add_up_to_its_columns(demo: Path) -> None:
    with Pilot.open(demo).day() as day:
        weeks = fridays(date(2025, 10, 3), day.as_of)
        columns = day.metric("weekly_roll", customers="SEGMENT", weeks=weeks).rows
        behind = day.metric("rolled_invoices", customers="SEGMENT", weeks=weeks).rows
    assert columns
    for column in columns:
        own = [
            row
            for row in behind
            if (row["week_end"], row["boundary"]) == (column["week_end"], column["boundary"])
        ]
        assert len(own) == column["n"]
        for money in ("scheduled", "rolled"):
            assert sum(row[money] for row in own) == column[money]


# --- empty states say what to do -----------------------------------------------------------


def test_without_a_day_0_the_page_says_where_to_write_it(
    monkeypatch: pytest.MonkeyPatch, demo: Path, tmp_path: Path
) -> None:
    folder = changed(demo, tmp_path / "p", (r"^started_on = .*?$", ""))
    words = said(opened(monkeypatch, folder, PILOT))
    assert "No day 0 is set" in words
    assert "started_on = 2026-01-01" in words


def test_without_decisions_the_page_sends_to_the_queue(
    monkeypatch: pytest.MonkeyPatch, demo: Path, tmp_path: Path
) -> None:
    app = opened(monkeypatch, changed(demo, tmp_path / "p"), PILOT)
    assert app.metric[3].value == "–"
    assert "No draft has been decided yet: work the **Queue**" in said(app)


def test_before_go_live_nothing_is_compared(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    words = said(opened(monkeypatch, demo, PILOT, date(2026, 1, 15)))
    assert "Before go-live nothing is compared" in words
    assert "items so far (60 are worth having)" in words


def test_without_a_segment_everybody_is_counted_and_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, demo: Path, tmp_path: Path
) -> None:
    folder = changed(demo, tmp_path / "p", (r"\[segment\].*?\[windows\]", "[windows]"))
    assert "Every customer is counted" in said(opened(monkeypatch, folder, PILOT))


def test_fewer_than_ten_disputes_are_listed(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    app = opened(monkeypatch, demo, PILOT, date(2026, 3, 1))
    assert re.search(r"\d disputes?: too few for a curve, so here they are", said(app))
    assert any("dispute_id" in frame.value.columns for frame in app.dataframe)


def test_the_hours_of_disputes_are_read_by_either_clock_with_what_belongs_to_them(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, PILOT)
    app.toggle(key="owner_curve_as_table").set_value(True).run()

    def curve() -> list[float]:
        frame = next(f for f in app.dataframe if "at_risk" in f.value.columns).value
        assert {"since go-live", "before go-live"} == set(frame["period"])
        return [float(hours) for hours in frame["hours"]]

    by_business = curve()
    app.session_state["dispute_clock"] = "clock"
    app.run()
    assert not app.exception
    assert max(curve()) > max(by_business), "nights and weekends count on the customer's clock"
    measures = next(f for f in app.dataframe if "since_go_live" in f.value.columns).value
    told = dict(zip(measures["measure"], measures["since_go_live"], strict=True))
    assert re.fullmatch(r"\d+\.\d h \(\d+\.\d to \d+\.\d\)", told["Median, business hours (95%)"])
    assert "n = " in told["Detection lag, clock hours from the customer's words to the flag"]
    assert re.search(r"\d+ disputes? by business hours waited", said(app))


def test_an_empty_pilot_is_sent_to_its_exports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = Pilot.create(tmp_path / "empty").folder
    for page in (PILOT, BEFORE_AFTER):
        assert "No invoice is loaded yet" in said(opened(monkeypatch, folder, page))


# --- before and after ----------------------------------------------------------------------


def test_the_verdict_is_an_interval_and_never_a_point(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, BEFORE_AFTER)
    first = next(str(m.value) for m in app.markdown if str(m.value).startswith("####"))
    assert re.search(r"between .* days sooner and .* days later|between .* and .* days", first)
    assert "This pilot could have seen a change of" in first


def test_the_four_values_and_their_n_are_there(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    app = opened(monkeypatch, demo, BEFORE_AFTER)
    app.toggle(key="four_cells_as_table").set_value(True).run()
    cells = next(f for f in app.dataframe if "side" in f.value.columns).value
    assert list(cells["side"]) == [
        "Pilot, before",
        "Pilot, after",
        "Control, before",
        "Control, after",
    ]
    assert all(n > 0 for n in cells["invoices"])
    assert re.search(r"n = \d+ pilot and \d+ control customers", said(app))


def test_every_guard_is_lit_with_a_sentence(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    words = said(opened(monkeypatch, demo, BEFORE_AFTER))
    assert "billings moved by" in words
    assert "pilot invoices fell due after go-live" in words
    assert "equal customers wide" in words


def test_an_earlier_read_out_can_be_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, BEFORE_AFTER)
    app.session_state["read_out"] = 60
    app.run()
    assert "at day 60" in said(app)


def test_before_the_first_read_out_only_the_lines_are_shown(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    words = said(opened(monkeypatch, demo, BEFORE_AFTER, date(2026, 2, 10)))
    assert "No read-out is due yet" in words
    assert "DSO is shown and never tested" in words


def test_without_a_control_the_page_shows_what_to_write(
    monkeypatch: pytest.MonkeyPatch, demo: Path, tmp_path: Path
) -> None:
    folder = changed(demo, tmp_path / "p", (r"\[control\].*?\[windows\]", "[windows]"))
    words = said(opened(monkeypatch, folder, BEFORE_AFTER))
    assert "Nothing to compare yet" in words
    assert "a control ([control] where)" in words
    assert "[control]\nwhere" in words


def test_overlapping_windows_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, demo: Path, tmp_path: Path
) -> None:
    folder = changed(
        demo, tmp_path / "p", (r"^selection = .*?$", "selection = [2025-07-10, 2025-10-01]")
    )
    words = said(opened(monkeypatch, folder, BEFORE_AFTER))
    assert "Refused" in words
    assert "overlaps baseline" in words


def test_what_it_does_not_prove_names_the_missing_randomness(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    assert "not drawn at random" in said(opened(monkeypatch, demo, BEFORE_AFTER))


# --- method --------------------------------------------------------------------------------


def test_every_metric_file_is_on_the_method_page(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, METHOD)
    code = {str(block.value) for block in app.code}
    for path in (REPOSITORY / "pipeline" / "sql" / "metrics").glob("*.sql"):
        select = re.sub(r"\A(--.*\n)+", "", path.read_text("utf-8")).strip()
        assert select in code, path.name


def test_the_policy_is_shown_in_order_with_its_guards(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    app = opened(monkeypatch, demo, METHOD, part="Policy")
    rules = next(f for f in app.dataframe if "condition" in f.value.columns).value
    shown = [rule.name for rule in Pilot.open(demo).policy.rules]
    assert list(rules["name"]) == shown
    assert list(rules["kind"])[:2] == ["guard", "guard"]


def test_every_prompt_is_shown_with_its_fingerprint(
    monkeypatch: pytest.MonkeyPatch, demo: Path
) -> None:
    labels = [part.label for part in opened(monkeypatch, demo, METHOD, part="Prompts").expander]
    for path in (REPOSITORY / "prompts").glob("*.md"):
        assert any(re.sub(r"\\", "", label).startswith(f"{path.stem}@") for label in labels)
