"""Rows in, figures out: every chart of the product, drawn and never computed here.

Reading order: `style` (colours, frame, alt text), `weekly` (the four metrics by week),
`comparison` (before and after against a control), `history` (the same where nothing happened),
`ages` (what is open, by age), `cleaning` (blocked money as data is mended), `cash` (where the days
went, how long money stays open), `rolling` (where open money went, cohorts, promises), `paying`
(what the case for it rests on), `overriding` (which rule keeps being corrected), `choosing` (how
clean a segment is, what is to win, what is left), `routing` (disputes on their way to the right
owner), `scoring` (whether the score means what it says).
A chart's title is the question that it answers; `alt` gives the same answer in words.
"""

from pipeline.charts.ages import aging
from pipeline.charts.cash import aging_weeks, dso_bridge, still_open
from pipeline.charts.choosing import clean_against_headroom, eligibility
from pipeline.charts.cleaning import clean_up
from pipeline.charts.comparison import dso_lines, effect_interval, four_cells
from pipeline.charts.history import event_study, placebo_dates
from pipeline.charts.overriding import overrides_by_rule
from pipeline.charts.paying import break_even, net_band, tornado
from pipeline.charts.rolling import (
    cohort_curves,
    cohort_matrix,
    in_columns,
    outcome_name,
    promise_weeks,
    roll_matrix,
)
from pipeline.charts.routing import hand_offs, owner_curve
from pipeline.charts.scoring import reliability_plot
from pipeline.charts.style import AGE_COLOURS, CONFIG, CONTROL, PILOT, Mark, alt
from pipeline.charts.weekly import (
    dispute_waits,
    minutes_by_kind,
    override_weeks,
    run_chart,
    weekly_roll,
)

__all__ = [
    "AGE_COLOURS",
    "CONFIG",
    "CONTROL",
    "PILOT",
    "Mark",
    "aging",
    "aging_weeks",
    "alt",
    "break_even",
    "clean_against_headroom",
    "clean_up",
    "cohort_curves",
    "cohort_matrix",
    "dispute_waits",
    "dso_bridge",
    "dso_lines",
    "effect_interval",
    "eligibility",
    "event_study",
    "four_cells",
    "hand_offs",
    "in_columns",
    "minutes_by_kind",
    "net_band",
    "outcome_name",
    "override_weeks",
    "overrides_by_rule",
    "owner_curve",
    "placebo_dates",
    "promise_weeks",
    "reliability_plot",
    "roll_matrix",
    "run_chart",
    "still_open",
    "tornado",
    "weekly_roll",
]
