"""The back-test: nothing of the future in a score, outcomes at the boundary, a card in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.back_test import Snapshots, card, snapshots, told
from pipeline.back_test.snapshots import mondays
from pipeline.pilot import Pilot
from pipeline.statistics.ranking import Outcomes, auc, auc_interval
from tests.cli.drawing import call
from tests.drawn import draw

#: Paid 49, 40 and 3 days late, and one still open, all of one customer.
BOOKS = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    past       | c1          | 2025-10-01 | 2025-11-01 | 30.00  | USD
    slow       | c1          | 2025-12-01 | 2026-01-01 | 100.00 | USD
    quick      | c1          | 2026-01-01 | 2026-02-01 | 50.00  | USD
    open       | c1          | 2026-01-15 | 2026-02-15 | 70.00  | USD

    applications.csv
    application_id | invoice_id | kind | effective_on | amount | currency
    x0             | past       | cash | 2025-12-20   | 30.00  | USD
    x1             | slow       | cash | 2026-02-10   | 100.00 | USD
    x2             | quick      | cash | 2026-02-04   | 50.00  | USD
"""


def rows(pilot: Pilot, on: str) -> list[tuple[str, float, float, float]]:
    """(Monday, days past due, score, still open) of every row."""
    found = snapshots(pilot, date.fromisoformat(on), lambda _: None)
    days = [date(1970, 1, 1) + timedelta(days=int(one)) for one in found.day]
    return [
        (str(monday), float(age), round(float(score), 4), float(happened))
        for monday, age, score, happened in zip(
            days, found.age, found.score, found.still_open, strict=True
        )
    ]


def test_an_outcome_counts_once_its_boundary_has_passed(tmp_path: Path) -> None:
    pilot = draw(tmp_path, BOOKS)
    early = rows(pilot, "2026-01-31")  # slow passes its 31 days on 1 February
    late = rows(pilot, "2026-02-01")
    assert [one for one in early if one[0] > "2026-01-01"] == []
    # Of one earlier invoice that got this late one was still open at 31 days, and so in the book.
    assert [one for one in late if one[0] > "2026-01-01"] == [
        ("2026-01-05", 4.0, 1.0, 1.0),
        ("2026-01-12", 11.0, 1.0, 1.0),
        ("2026-01-19", 18.0, 1.0, 1.0),
        ("2026-01-26", 25.0, 1.0, 1.0),
    ]


def test_a_score_knows_nothing_of_later_days(tmp_path: Path) -> None:
    pilot = draw(tmp_path, BOOKS)
    then = rows(pilot, "2026-03-31")
    path = pilot.exports / "applications.csv"
    path.write_text(path.read_text().replace("2026-02-04", "2026-03-20"))
    after = rows(Pilot.open(tmp_path), "2026-03-31")
    scores = {(monday, age): score for monday, age, score, _ in then}
    assert scores
    for monday, age, score, _ in after:
        if monday < "2026-02-04" and (monday, age) in scores:
            assert scores[monday, age] == score


def test_mondays_run_up_to_the_day() -> None:
    assert mondays(date(2026, 3, 31), 2) == [date(2026, 3, 23), date(2026, 3, 30)]
    assert mondays(date(2026, 3, 30), 1) == [date(2026, 3, 30)]


def drawn(n: int = 800, customers: int = 40, skill: float = 1.0) -> Snapshots:
    """Twenty Mondays of rows whose score is as right as `skill` says."""
    rng = np.random.default_rng(7)
    logit = rng.normal(0, 1.5, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(float)
    first = date(2025, 9, 1).toordinal() - date(1970, 1, 1).toordinal()
    day = first + 7 * (np.arange(n) * 20 // n)
    return Snapshots(
        day=day,
        known_on=day + 10,
        customer=np.arange(n) % customers,
        score=1 / (1 + np.exp(-skill * logit)),
        own_n=rng.integers(0, 9, n).astype(float),
        own_k=np.zeros(n),
        book_rate=np.full(n, 0.4),
        age=rng.integers(1, 60, n).astype(float),
        to_edge=rng.integers(1, 30, n).astype(float),
        amount=rng.uniform(100, 5000, n),
        still_open=y,
    )


AS_OF = date(2026, 3, 31)


def test_a_score_that_knows_is_said_to_order_better_than_chance() -> None:
    found = card(drawn(), AS_OF)
    assert found["verdict"] == "orders better than chance"
    assert found["score"]["auc_low"] > 0.7
    assert found["score"]["slope"] == pytest.approx(1.0, abs=0.25)
    ours, oldest = found["orders"][:2]
    assert (ours["order"], oldest["order"]) == ("score x amount", "oldest first")
    assert oldest["low"] > 0.0
    assert found["against_oldest"]["verdict"] == "finds more"
    assert found["against_oldest"]["sentence"].startswith("More than oldest first: the first fifth")
    assert not found["challenger"]["passes"]
    assert any("does not pass the gate" in line for line in told(found))


def test_the_challenger_is_fitted_on_outcomes_known_before_the_split_alone() -> None:
    rows = drawn()
    found = card(rows, AS_OF)
    # Ten of twenty Mondays lie before the split; the last two had not shown their outcome by then.
    assert found["judged"]["n"] == 400
    assert found["fitted"]["n"] == 40 * 9
    later = np.where(rows.day >= np.unique(rows.day)[10], 1 - rows.still_open, rows.still_open)
    flipped = card(replace(rows, still_open=later), AS_OF)
    assert flipped["fitted"] == found["fitted"]


def test_a_few_rows_are_cannot_tell_with_their_interval() -> None:
    found = card(drawn(n=60), AS_OF)
    assert found["verdict"] == "cannot tell"
    assert found["sentence"].startswith("Cannot tell yet: AUC ")
    assert "95% from" in found["sentence"]


def test_a_score_of_noise_is_no_better_than_chance() -> None:
    rows = drawn(n=2000)
    noise = np.random.default_rng(8).random(2000)
    found = card(replace(rows, score=noise), AS_OF)
    assert found["sentence"].startswith("Cannot tell from chance")


def test_of_a_few_rows_it_is_not_said_to_beat_the_oldest_first() -> None:
    found = card(drawn(n=60), AS_OF)["against_oldest"]
    assert found["verdict"] == "cannot tell"
    assert " points, 95% from \N{MINUS SIGN}" in found["sentence"]


def test_money_without_a_rate_is_left_out_and_counted() -> None:
    rows = drawn()
    found = card(replace(rows, amount=np.full(800, np.nan)), AS_OF)
    assert found["orders"] == []
    assert found["judged"]["without_rate"] == 400
    assert found["against_oldest"]["verdict"] == "cannot tell"


def test_nothing_past_due_is_a_sentence(tmp_path: Path) -> None:
    draw(tmp_path, BOOKS)
    said = call("score", "--pilot", tmp_path, "--as-of", "2026-01-10", "--json")
    assert (said.status, said.data["verdict"]) == (1, "cannot tell")
    assert "no past-due invoice" in said.data["sentence"]


# --- on invoices that other people published -----------------------------------------------------


def roll_rate(
    file: pl.DataFrame, first: date, horizon: int, k: float
) -> tuple[Outcomes, np.ndarray]:
    """Each Monday's past-due invoices: still unpaid `horizon` days on, and the shrunk roll rate.

    p = (still + k r) / (reached + k) over what had shown itself by that Monday.
    """
    issued, due, paid = (file[name].to_physical().to_numpy() for name in ("issued", "due", "paid"))
    customer = np.unique(file["customer"].to_numpy(), return_inverse=True)[1]
    found: list[tuple[int, float, float]] = []
    monday = first + timedelta(days=(7 - first.weekday()) % 7)
    while monday <= date(2013, 12, 31) - timedelta(days=horizon):
        on = (monday - date(1970, 1, 1)).days
        late = np.where(paid <= on, paid - due, on - due)
        is_due = (issued <= on) & (paid > on) & (due < on)
        for age in np.unique(late[is_due]):
            still = (issued <= on) & (late >= age + horizon)
            reached = np.where(paid <= on, (issued <= on) & (late >= age), still)
            book = still.sum() / max(1, reached.sum())
            for row in np.flatnonzero(is_due & (late == age)):
                mine = customer == customer[row]
                p = ((still & mine).sum() + k * book) / ((reached & mine).sum() + k)
                found.append((int(customer[row]), float(p), float(paid[row] > on + horizon)))
        monday += timedelta(days=7)
    who, score, happened = zip(*found, strict=True)
    return Outcomes.of(happened, who), np.array(score)


@pytest.fixture(scope="module")
def ibm(shared: Path) -> pl.DataFrame:
    path = shared / "data/invoices/ibm_late_payment/WA_Fn-UseC_-Accounts-Receivable.csv"
    names = {"InvoiceDate": "issued", "DueDate": "due", "SettledDate": "paid"}
    read = pl.read_csv(path, infer_schema_length=0)
    days = {new: pl.col(old).str.to_date("%m/%d/%Y") for old, new in names.items()}
    return read.select(customer="customerID", **days)


@pytest.mark.parametrize("k", [16, 32])
def test_the_published_ibm_set_has_almost_no_signal_and_the_figures_say_so(
    ibm: pl.DataFrame, k: float
) -> None:
    # Stated: about 11 past-due invoices a Monday, AUC 0.61 to 0.65 seven days on.
    judged, score = roll_rate(ibm, date(2013, 1, 1), 7, k)
    assert 9 <= judged.n / 51 <= 12
    ends = auc_interval(judged, score)
    assert ends is not None
    assert ends[0] <= 0.65
    assert ends[1] >= 0.61
    assert 0.60 <= auc(judged, score) <= 0.65


def test_the_card_of_the_ibm_books_promises_no_more(shared: Path, tmp_path: Path) -> None:
    source = shared / "data/invoices/ibm_late_payment/WA_Fn-UseC_-Accounts-Receivable.csv"
    pilot = Pilot.create(tmp_path / "ibm")
    pilot.take_in(source)
    found = card(snapshots(pilot, date(2013, 12, 31), lambda _: None), date(2013, 12, 31))
    assert found["judged"]["n"] > 100
    assert found["verdict"] == "cannot tell" or found["score"]["auc_low"] < 0.65
    assert not found["challenger"]["passes"]
