"""Receivables ratios against what their sources print, wrong print included."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics import (
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

THIRTY = [30] * 3
HEIDMAN = ([[0.3, 0.3], [0.3, 0.1]], [[0.4, 0.0], [0.4, 0.2]])

#: Example -> our answer from its printed inputs.
ANSWERS = {
    "D04": lambda i: dso(i["ar"], i["sales"], i["days"]),
    "D06": lambda i: dso(i["ar"], sum(i["sales"]), i["days"]),
    "D07": lambda i: dso(i["ar"], i["sales"], i["days"]),
    "D08": lambda i: dso_average([i["beg"], i["end"]], i["sales"], i["days"]),
    "D09": lambda i: dso_average([i["avg_ar"]], i["sales"], i["days"]),
    "D10": lambda i: receivables_turnover(i["sales"], i["avg_ar"]),
    "D11": lambda i: 365 / receivables_turnover(i["sales"], i["avg_ar"]),
    "D12": lambda i: receivables_turnover(i["sales"], i["ar"]),
    "D19": lambda i: dso(i["ar"], i["ads"], 1),
    "D20": lambda i: dso(i["ar"], i["ads"], 1),
    "C01": lambda i: countback(i["ar"], i["sales"], THIRTY).days,
    "B01": lambda i: best_possible_dso(i["current"], i["sales"], i["days"]),
    "B02": lambda i: average_days_delinquent(i["dso"], i["bp"]),
    "B05": lambda i: average_days_delinquent(i["dso"], i["bp"]),
    "E01": lambda i: collection_effectiveness(
        i["beg"], i["sales"], i["end_total"], i["end_current"]
    ),
    "W02": lambda i: weighted_days(i["amt"], i["days"]),
    **{f"W06{x}": lambda i: 100 * aging_mix(i["buckets"])[i["i"]] for x in "abcde"},
    "R01": lambda i: roll_rate(i["src"], i["rolled"]),
    "R03": lambda i: roll_rate(i["src"], i["rolled"]),
    "R09": lambda i: late_payers(i["paid"])[0, 1],
    **{f"R10{x}": lambda i: absorbing_chain(i["Q"], i["R"])[i["i"], i["j"]] for x in "abcd"},
    "R11": lambda i: (np.array(i["v"]) @ absorbing_chain(*HEIDMAN))[1],
}


def late_payers(paid: list[float]) -> np.ndarray:
    """Every month a bucket pays its share, and the rest ages into the next; the last is lost."""
    rest = 1 - np.array(paid)
    out = np.stack([paid, np.zeros(len(paid))], axis=1)
    out[-1, 1] = rest[-1]
    return absorbing_chain(np.diag(rest[:-1], k=1), out)


@pytest.mark.parametrize("example", ANSWERS)
def test_printed_examples_come_out(published, example):
    row = published[example]
    assert row.kind != "wrong"
    assert row.agrees(ANSWERS[example](row.inputs))


def test_flat_collections_give_a_flat_countback(published):
    """Half of each month's sales is paid by its end, whatever the sales did before."""
    for example, sales in (("D14a", 200), ("D14b", 900), ("D14c", 50)):
        assert published[example].agrees(countback(sales / 2, [sales, 77], [30, 31]).days)


def test_a_wrong_table_row_is_not_reproduced(published):
    row = published["E04"]
    i = row.inputs
    ours = collection_effectiveness(i["beg"], i["sales"], i["close"], i["close"] - i["pastdue"])
    assert row.kind == "wrong"
    assert not row.agrees(ours)
    # Its own formula, past-due in the denominator, does not give what it prints either.
    assert not row.agrees(collection_effectiveness(i["beg"], i["sales"], i["close"], i["pastdue"]))


def test_a_printed_countback_that_struck_off_the_wrong_month():
    """12,000 against 2,500 1,750 2,250 2,500 2,000 2,250: 1,000 is left for April, not 2,000."""
    sales, days = [2500, 1750, 2250, 2500, 2000, 2250], [30, 31, 31, 30, 31, 30]
    assert countback(12000, sales, days).days == pytest.approx(166.33, abs=0.005)


def test_the_golden_pilot_by_the_day(golden, golden_columns):
    c = golden_columns
    for day, arm in ((29, "control"), (29, "pilot"), (119, "control"), (119, "pilot")):
        mine = c["pilot"] == (arm == "pilot")
        expected = golden[f"day{day}_{arm}"]
        ar = c["amount"][mine & (c["issued"] <= day) & (c["paid"] > day)].sum()
        billed = [
            c["amount"][mine & (c["issued"] == d)].sum()
            for d in range(day, c["issued"].min() - 1, -1)
        ]
        assert ar == pytest.approx(expected["AR"], abs=1e-6)
        assert sum(billed[:90]) == pytest.approx(expected["sales90"], abs=1e-6)
        assert dso(ar, sum(billed[:90]), 90) == pytest.approx(expected["DSO90"], abs=1e-6)
        found = countback(ar, billed, [1] * len(billed), quiet_periods=True)
        assert found.days == pytest.approx(expected["countback_daily"], abs=1e-6)


def test_countback_stops_without_sales_and_at_the_end_of_history():
    stopped = countback(300, [100, 0, 400], THIRTY)
    assert (stopped.days, stopped.counted) == (None, 30)
    assert "No sales" in stopped.why
    short = countback(700, [100, 200, 300], THIRTY)
    assert (short.days, short.counted) == (None, 90)
    assert "More than the 90 days" in short.why
    assert countback(300, [100, 0, 400], THIRTY, quiet_periods=True).days == 75
    assert countback(300, [100, -1, 400], THIRTY, quiet_periods=True).days is None
    assert countback(0, [100], [30]).days == 0
    with pytest.raises(ValueError, match="shorter"):
        countback(1, [100], [])


def test_what_has_no_meaning_is_none_never_zero():
    assert dso(100, 0, 30) is dso(100, -5, 30) is None
    assert dso_average([], 100, 30) is None
    assert average_days_delinquent(None, 3) is None
    assert receivables_turnover(100, 0) is None
    assert collection_effectiveness(100, 50, 150, 150) is None
    assert weighted_days([], []) is None
    assert aging_mix([0, 0]) is None
    assert roll_rate(0, 5) is None
    assert dso(0, 100, 30) == 0


def test_money_as_decimal_gives_the_same():
    assert dso(Decimal("3288.10"), Decimal("41922.50"), 365) == dso(3288.10, 41922.50, 365)
    assert countback(Decimal(212), [Decimal(100), Decimal(80), Decimal(70)], THIRTY).days
    assert aging_mix([Decimal(1), Decimal(3)]) == (0.25, 0.75)


def test_chains_that_do_not_end_or_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add to 1"):
        absorbing_chain([[0.5]], [[0.4]])
    with pytest.raises(ValueError, match="never leaves"):
        absorbing_chain([[1.0, 0.0], [0.0, 0.5]], [[0.0], [0.5]])


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 1))
def test_countback_grows_with_receivables_and_stays_inside_history(sales, first, second):
    less, more = sorted([first, second])
    days = [7.0] * len(sales)
    low, high = (countback(share * sum(sales) * 0.999, sales, days) for share in (less, more))
    assert 0 <= low.days <= high.days + 1e-9
    assert high.days <= sum(days) + 1e-9
