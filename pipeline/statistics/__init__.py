"""Numbers with their uncertainty: arrays in, frozen results out; no file, no clock.

Reading order: `survival` (how long invoices stay open), `cohort` and `before_after` (did
the pilot change it), `event_study`, `within_customer` and `permutation` (checks on that), `power`
(what a pilot could see at all) and `stability` (whether a ranking is its weights' doing);
`overrides` on `logistic` and `trends` (is the override rate falling); `hours` (disputes),
`minutes` (human work), `ratios` (DSO and its kin); `intervals` beneath them all.
"""

from pipeline.statistics.before_after import DiffInDiff, before_after, minimum_detectable
from pipeline.statistics.cohort import Cohort
from pipeline.statistics.event_study import Contrast, EventStudy, event_study
from pipeline.statistics.hours import OwnerTime, business_hours, time_to_owner
from pipeline.statistics.intervals import Interval, clopper_pearson, jeffreys, wilson
from pipeline.statistics.minutes import (
    GeometricRatio,
    HumanMinutes,
    PerCustomer,
    Work,
    geometric_ratio,
    human_minutes,
    items_needed,
)
from pipeline.statistics.overrides import (
    OverrideTrend,
    WeekRate,
    hter,
    override_trend,
    pooled_weeks,
)
from pipeline.statistics.power import Detectable, detectable
from pipeline.statistics.ratios import (
    Countback,
    absorbing_chain,
    aging_mix,
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness,
    countback,
    dso,
    dso_average,
    receivables_turnover,
    roll_rate,
    weighted_days,
)
from pipeline.statistics.stability import first_place_shares
from pipeline.statistics.survival import (
    Curve,
    kaplan_meier,
    median,
    rdpd,
    restricted_mean,
    restricted_mean_error,
)
from pipeline.statistics.trends import (
    Limits,
    MannKendall,
    RunSignals,
    Shift,
    cochran_armitage,
    mann_kendall,
    run_chart_signals,
    shift_length,
    xmr_limits,
)
from pipeline.statistics.within_customer import WithinCustomer, within_customer

__all__ = [
    "Cohort",
    "Contrast",
    "Countback",
    "Curve",
    "Detectable",
    "DiffInDiff",
    "EventStudy",
    "GeometricRatio",
    "HumanMinutes",
    "Interval",
    "Limits",
    "MannKendall",
    "OverrideTrend",
    "OwnerTime",
    "PerCustomer",
    "RunSignals",
    "Shift",
    "WeekRate",
    "WithinCustomer",
    "Work",
    "absorbing_chain",
    "aging_mix",
    "average_days_delinquent",
    "before_after",
    "best_possible_dso",
    "business_hours",
    "clopper_pearson",
    "cochran_armitage",
    "collection_effectiveness",
    "countback",
    "detectable",
    "dso",
    "dso_average",
    "event_study",
    "first_place_shares",
    "geometric_ratio",
    "hter",
    "human_minutes",
    "items_needed",
    "jeffreys",
    "kaplan_meier",
    "mann_kendall",
    "median",
    "minimum_detectable",
    "override_trend",
    "pooled_weeks",
    "rdpd",
    "receivables_turnover",
    "restricted_mean",
    "restricted_mean_error",
    "roll_rate",
    "run_chart_signals",
    "shift_length",
    "time_to_owner",
    "weighted_days",
    "wilson",
    "within_customer",
    "xmr_limits",
]
