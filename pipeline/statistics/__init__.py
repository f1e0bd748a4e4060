"""Numbers with their uncertainty: arrays in, frozen results out; no file, no clock.

Read `survival` (how long invoices stay open), then `cohort` and `before_after` (did the
pilot change it), `within_customer` and `permutation` (checks on that), `intervals`.
"""

from pipeline.statistics.before_after import DiffInDiff, before_after, minimum_detectable
from pipeline.statistics.cohort import Cohort
from pipeline.statistics.intervals import Interval, clopper_pearson, jeffreys, wilson
from pipeline.statistics.survival import (
    Curve,
    kaplan_meier,
    median,
    rdpd,
    restricted_mean,
    restricted_mean_error,
)
from pipeline.statistics.within_customer import WithinCustomer, within_customer

__all__ = [
    "Cohort",
    "Curve",
    "DiffInDiff",
    "Interval",
    "WithinCustomer",
    "before_after",
    "clopper_pearson",
    "jeffreys",
    "kaplan_meier",
    "median",
    "minimum_detectable",
    "rdpd",
    "restricted_mean",
    "restricted_mean_error",
    "wilson",
    "within_customer",
]
