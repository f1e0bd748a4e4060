"""The shape of the house is held by reading its source; see house_rules.py for the rules."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pytest

from tests.house_rules import (
    RULES,
    Rule,
    Source,
    every_module_has_a_place,
    imports,
    imports_point_down,
    litellm_is_imported_where_it_is_called,
    names_say_something,
    nothing_is_imported_by_name_at_run_time,
    nothing_runs_or_renders_what_data_says,
    one_library_one_door,
    pages_and_charts_never_aggregate,
    pages_know_their_parts_only,
    pipeline_never_asks_the_clock,
    python_files,
    sql_stays_behind_its_doors,
    strangers_files_are_opened_apart,
    strangers_words_stay_plain,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    broken = [sentence for source in python_files() for sentence in rule(source)]
    assert not broken, "\n" + "\n".join(broken)


def test_no_module_of_the_pipeline_needs_itself() -> None:
    known: dict[str, set[str]] = {}
    for source in python_files():
        if source.path.startswith("pipeline/"):
            names = {
                name.split(".")[1] for _, name in imports(source) if name.startswith("pipeline.")
            }
            known.setdefault(source.module, set()).update(names - {source.module})
    try:
        TopologicalSorter(known).prepare()
    except CycleError as circle:
        pytest.fail("a circle of imports: " + " → ".join(circle.args[1]), pytrace=False)


# --- each rule bites, and lets the neighbouring right thing pass -------------------------------

BROKEN: tuple[tuple[Rule, str, str], ...] = (
    (every_module_has_a_place, "pipeline/wizardry.py", ""),
    (imports_point_down, "pipeline/model.py", "from pipeline.ledger import Ledger"),
    (imports_point_down, "pipeline/routing.py", "from pipeline import warehouse"),
    (imports_point_down, "pipeline/warehouse/build.py", "import pipeline.pilot"),
    (imports_point_down, "pipeline/pilot.py", "from pages.parts import session"),
    (imports_point_down, "pipeline/context.py", "from . import pilot"),
    (imports_point_down, "pipeline/exports/csv.py", "from ..pilot import Pilot"),
    (imports_point_down, "pipeline/__init__.py", "from pipeline.model import Case"),
    (pages_know_their_parts_only, "pages/work/queue.py", "from pages.work import review"),
    (pages_know_their_parts_only, "pages/parts/session.py", "import app"),
    (pages_know_their_parts_only, "app.py", "from pipeline.__main__ import main"),
    (one_library_one_door, "pipeline/pilot.py", "import streamlit as st"),
    (one_library_one_door, "pages/work/queue.py", "import duckdb"),
    (one_library_one_door, "pipeline/report.py", "from plotly.io import to_html"),
    (one_library_one_door, "pipeline/pilot.py", "from sqlalchemy import text"),
    (one_library_one_door, "pipeline/context.py", "import pandas"),
    (one_library_one_door, "pipeline/outbox.py", "from urllib import request"),
    (one_library_one_door, "pipeline/exports/readers.py", "import pickle"),
    (one_library_one_door, "pipeline/drafting.py", "def f():\n    import litellm"),
    (one_library_one_door, "pages/work/queue.py", "import subprocess"),
    (strangers_files_are_opened_apart, "pipeline/pilot.py", "from pipeline.exports import read"),
    (strangers_files_are_opened_apart, "pages/work/queue.py", "import pipeline.exports.opening"),
    (litellm_is_imported_where_it_is_called, "pipeline/llm.py", "import litellm"),
    (
        litellm_is_imported_where_it_is_called,
        "pipeline/llm.py",
        "try:\n    import litellm\nfinally: 1",
    ),
    (nothing_is_imported_by_name_at_run_time, "pipeline/pilot.py", "import_module('duckdb')"),
    (sql_stays_behind_its_doors, "pages/work/queue.py", "x = 'SELECT lane FROM cases'"),
    (sql_stays_behind_its_doors, "pipeline/pilot.py", "x = f'select {a} from {b}'"),
    (sql_stays_behind_its_doors, "pipeline/pilot.py", "x = 'select ' + a + ' from cases'"),
    (sql_stays_behind_its_doors, "pipeline/pilot.py", "x = '''\nwith open_ as (select 1)'''"),
    (sql_stays_behind_its_doors, "pipeline/pilot.py", "x = 'Insert into events values (1)'"),
    (sql_stays_behind_its_doors, "pipeline/pilot.py", "x = 'update drafts set state = 1'"),
    (sql_stays_behind_its_doors, "pipeline/pilot.py", "x = 'delete from drafts'"),
    (sql_stays_behind_its_doors, "pipeline/pilot.py", "x = 'create or replace table t as'"),
    (pages_and_charts_never_aggregate, "pages/prove/roi.py", "rows['amount'].sum()"),
    (pages_and_charts_never_aggregate, "pages/prove/roi.py", "sum(amounts)"),
    (pages_and_charts_never_aggregate, "pipeline/charts.py", "frame.group_by('lane')"),
    (pages_and_charts_never_aggregate, "app.py", "frame.mean()"),
    (pipeline_never_asks_the_clock, "pipeline/pilot.py", "date.today()"),
    (pipeline_never_asks_the_clock, "pipeline/pilot.py", "datetime.now(tz=UTC)"),
    (pipeline_never_asks_the_clock, "pipeline/model.py", "Field(default_factory=datetime.utcnow)"),
    (pipeline_never_asks_the_clock, "pipeline/ledger.py", "time.time()"),
    (pipeline_never_asks_the_clock, "pipeline/ledger.py", "from time import time"),
    (pipeline_never_asks_the_clock, "pipeline/ledger.py", "x = 'default current_timestamp'"),
    (pipeline_never_asks_the_clock, "pipeline/__main__.py", "time.time()\ntime.time()"),
    (nothing_runs_or_renders_what_data_says, "pages/work/queue.py", "st.html(x)"),
    (nothing_runs_or_renders_what_data_says, "pages/work/queue.py", "f(x, unsafe_allow_html=True)"),
    (nothing_runs_or_renders_what_data_says, "pipeline/routing.py", "eval(rule.when)"),
    (nothing_runs_or_renders_what_data_says, "pipeline/report.py", "run(x, shell=True)"),
    (nothing_runs_or_renders_what_data_says, "pipeline/report.py", "os.system(x)"),
    (strangers_words_stay_plain, "pages/work/review.py", "st.markdown(message.body)"),
    (strangers_words_stay_plain, "pages/work/review.py", "st.caption(f'From {row[\"sender\"]}')"),
    (strangers_words_stay_plain, "pages/work/review.py", "left.expander(label=mail.subject)"),
    (names_say_something, "pipeline/utils.py", ""),
    (names_say_something, "pages/parts/helpers.py", ""),
)


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_the_rule_bites(rule: Rule, path: str, text: str) -> None:
    assert [*rule(Source(path, text))]


SOUND: tuple[tuple[str, str], ...] = (
    (
        "pipeline/warehouse/build.py",
        "import duckdb\nfrom pipeline.routing import policy\n'select 1'",
    ),
    (
        "pipeline/pilot.py",
        "from pipeline import ledger, model\nfrom pipeline.warehouse import books",
    ),
    (
        "pipeline/warehouse/build.py",
        "from pipeline.exports import KINDS\nfrom pipeline.exports.confined import ConfinedReader",
    ),
    ("pipeline/exports/csv.py", "from .kinds import Kind\nfrom ..model import Case"),
    ("pipeline/llm.py", "def complete():\n    import litellm\n    return litellm"),
    ("pipeline/pilot.py", '"""Select rows: select a from b."""\nstarted = time.monotonic()'),
    ("pipeline/drafting.py", "draft(case, now=args.now, today=as_of)"),
    ("pipeline/__main__.py", "now = datetime.fromtimestamp(time.time(), UTC)"),
    ("pipeline/statistics.py", "import scipy.stats\nx = rows.sum() / rows.mean()"),
    ("pages/work/queue.py", "import streamlit as st\nst.caption('Select a case from the queue')"),
    ("pages/work/queue.py", "st.info('Update the contact, set a date, or create a view of it.')"),
    ("pages/work/review.py", "st.text(message.body)\nst.caption(plain(message.subject))"),
    ("pages/work/review.py", "from pages.parts import session\nfrom pipeline.model import Case"),
)


@pytest.mark.parametrize(("path", "text"), SOUND)
def test_what_is_sound_passes_every_rule(path: str, text: str) -> None:
    assert [sentence for rule in RULES for sentence in rule(Source(path, text))] == []
