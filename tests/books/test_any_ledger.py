"""Any ledger at all, counted twice: by the books, and by plain loops over a list of dicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import figures
from pipeline.model import BUCKETS
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day, Flavour, fridays
from tests.drawn import draw, seen
from tests.effort import a_book_each

FIRST = date(2025, 12, 1)
RATES = {"USD": Decimal(1), "EUR": Decimal("1.137")}
EDGES = {"current>1-30": 1, "1-30>31-60": 31, "31-60>61-90": 61, "61-90>91+": 91}
FLAVOURS: tuple[Flavour, ...] = ("restated", "reported")
CENT = Decimal("0.01")


# --- drawing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """One application."""

    kind: str
    on: date
    lag: int
    amount: Decimal

    def day(self, flavour: str) -> date:
        return self.on + timedelta(self.lag if flavour == "reported" else 0)


@dataclass(frozen=True)
class Document:
    """An invoice or a credit note, with what was applied to it."""

    name: str
    customer: str
    currency: str
    kind: str
    issued: date
    lag: int
    due: date | None
    amount: Decimal
    moves: tuple[Move, ...]

    def start(self, flavour: str) -> date:
        return self.issued + timedelta(self.lag if flavour == "reported" else 0)

    def raw(self, on: date, flavour: str) -> Decimal:
        owed = self.amount if self.start(flavour) <= on else Decimal(0)
        return owed - sum((m.amount for m in self.moves if m.day(flavour) <= on), Decimal(0))

    def balance(self, on: date, flavour: str) -> Decimal:
        return max(self.raw(on, flavour), Decimal(0))

    @property
    def is_credit(self) -> bool:
        return self.kind == "credit_note"


days = st.integers(0, 150).map(lambda n: FIRST + timedelta(n))
cents = st.integers(1, 60_000).map(lambda n: Decimal(n) / 100)
lags = st.sampled_from((0, 0, 0, 1, 6, 30))
kinds = st.sampled_from(
    ("cash", "cash", "cash", "credit", "discount", "withholding", "write_off", "reversal")
)


@st.composite
def moves(draw_: st.DrawFn, near: date, owed: Decimal, *, on_credit: bool) -> Move:
    kind = draw_(kinds)
    amount = draw_(st.one_of(cents, st.just(owed)))
    return Move(
        kind="credit" if on_credit else kind,
        on=near + timedelta(draw_(st.integers(-15, 120))),
        lag=draw_(lags),
        amount=-amount if kind == "reversal" and not on_credit else amount,
    )


@st.composite
def documents(draw_: st.DrawFn) -> tuple[Document, ...]:
    found = []
    for n in range(draw_(st.integers(1, 14))):
        kind = draw_(st.sampled_from(("invoice",) * 5 + ("debit_note", "credit_note")))
        issued, amount = draw_(days), draw_(cents)
        term = draw_(st.sampled_from((0, 0, 14, 30, 30, 45, None, -3)))
        some = moves(issued, amount, on_credit=kind == "credit_note")
        found.append(
            Document(
                name=f"D{n:02}",
                customer=draw_(st.sampled_from(("c1", "c2"))),
                currency=draw_(st.sampled_from(("USD", "USD", "EUR"))),
                kind=kind,
                issued=issued,
                lag=draw_(lags),
                due=None if term is None else issued + timedelta(term),
                amount=amount,
                moves=tuple(draw_(st.lists(some, max_size=4))),
            )
        )
    return tuple(found)


def written(folder: Path, ledger: tuple[Document, ...]) -> Pilot:
    invoices = [
        f"{d.name}|{d.customer}|{d.issued}|{d.due or ''}|{d.amount}|{d.currency}|{d.kind}"
        f"|{d.start('reported')}"
        for d in ledger
    ]
    applied = [
        f"{d.name}-{n}|{d.name}|{m.kind}|{m.on}|{m.amount}|{m.day('reported')}"
        for d in ledger
        for n, m in enumerate(d.moves)
    ]
    text = "\n".join([
        "invoices.csv",
        "invoice_id|customer_id|issued_on|due_on|amount|currency|kind|known_on",
        *invoices,
        "",
        "applications.csv",
        "application_id|invoice_id|kind|effective_on|amount|known_on",
        *applied,
    ])  # fmt: skip
    return draw(folder, text, f"[pilot]\ncurrency = 'USD'\n[rates]\nEUR = {RATES['EUR']}\n")


# --- the same, by loops --------------------------------------------------------------------------


def bucket(due: date | None, on: date) -> str:
    if due is None:
        return "no_due_date"
    late = (on - due).days
    return next(
        name for name, most in zip(BUCKETS, (0, 30, 60, 90, 10_000), strict=False) if late <= most
    )


def aged(ledger: tuple[Document, ...], on: date, flavour: str) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for d in ledger:
        if not d.is_credit and d.balance(on, flavour):
            found[d.currency, bucket(d.due, on)] += d.balance(on, flavour)
    return dict(found)


def crossing(
    ledger: tuple[Document, ...], week: tuple[date, date], flavour: str
) -> Iterator[tuple[str, Document, Decimal, Decimal, Decimal]]:
    """(boundary, document, before, after, on the eve) of everything scheduled to cross."""
    start, end = week
    for d in ledger:
        if d.is_credit or d.due is None or not d.balance(start, flavour):
            continue
        for boundary, edge in EDGES.items():
            crossed_on = d.due + timedelta(edge)
            if start < crossed_on <= end:
                eve = d.balance(crossed_on - timedelta(1), flavour)
                yield boundary, d, d.balance(start, flavour), d.balance(end, flavour), eve


def converted(amount: Decimal, currency: str) -> Decimal:
    return (amount * RATES[currency]).quantize(CENT, "ROUND_HALF_UP")


def rolled(
    ledger: tuple[Document, ...], week: tuple[date, date], flavour: str
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for boundary, d, before, after, eve in crossing(ledger, week, flavour):
        found["scheduled"] += converted(before, d.currency)
        found["rolled"] += converted(min(before, after), d.currency)
        found["event_version"] += converted(eve, d.currency)
        found[f"scheduled {boundary}"] += converted(before, d.currency)
        found[f"rolled {boundary}"] += converted(min(before, after), d.currency)
    for d in ledger:
        start, end = week
        is_late = d.due is not None and d.due < end and not d.is_credit
        if is_late and d.balance(end, flavour) and not d.balance(start, flavour):
            name = "entered_directly" if d.start(flavour) > start else "reopened"
            found[name] += converted(d.balance(end, flavour), d.currency)
    return found


def countback(ledger: tuple[Document, ...], on: date, currency: str) -> float | None:
    """Days of newest billings that the open amount comes to; None when it is more than all."""
    bills = [d for d in ledger if d.currency == currency and not d.is_credit]
    left = sum((d.balance(on, "restated") for d in bills), Decimal(0))
    if not left:
        return 0.0
    day, first = on, min(d.issued for d in bills)
    counted = 0.0
    while day >= first:
        sold = sum((d.amount for d in bills if d.issued == day), Decimal(0))
        if sold >= left:
            return counted + float(left) / float(sold)
        left -= sold
        counted += 1
        day -= timedelta(1)
    return None


# --- both ----------------------------------------------------------------------------------------


@a_book_each
@given(ledger=documents(), picked=st.lists(days, min_size=2, max_size=2, unique=True))
def test_the_books_count_as_plain_loops_do(
    tmp_path_factory: pytest.TempPathFactory, ledger: tuple[Document, ...], picked: list[date]
) -> None:
    pilot = written(tmp_path_factory.mktemp("any"), ledger)
    early, late = (d + timedelta(30) for d in sorted(picked))
    with seen(pilot, early) as before, seen(pilot, late) as after:
        for flavour in FLAVOURS:
            for day in (before, after):
                check_balances(ledger, day, flavour)
                check_aging(ledger, day, flavour)
            check_flow(ledger, before, after, flavour)
            check_rolls(ledger, after, flavour)
        check_dso(ledger, after)


def check_balances(ledger: tuple[Document, ...], day: Day, flavour: Flavour) -> None:
    rows = day.select(
        "select invoices.invoice_id, balance, excess from balances "
        "join invoices on balances.invoice_key = invoices.invoice_key "
        "where flavour in ('both', ?) and from_on <= ? and to_on > ?",
        [flavour, day.as_of, day.as_of],
    )
    assert len({row["invoice_id"] for row in rows}) == len(rows)
    raw = {row["invoice_id"]: row["balance"] - row["excess"] for row in rows}
    assert raw == {d.name: r for d in ledger if (r := d.raw(day.as_of, flavour))}


def check_aging(ledger: tuple[Document, ...], day: Day, flavour: Flavour) -> None:
    found = figures.aging(day, flavour)["currencies"]
    cells = {
        (currency, name): bucket["amount"]
        for currency, books in found.items()
        for name, bucket in books["buckets"].items()
        if bucket["n"]
    }
    assert cells == aged(ledger, day.as_of, flavour)
    for currency, books in found.items():
        ours = [d for d in ledger if d.currency == currency]
        unused = sum((d.raw(day.as_of, flavour) for d in ours if d.is_credit), Decimal(0))
        beyond = [max(-d.raw(day.as_of, flavour), Decimal(0)) for d in ours if not d.is_credit]
        assert books["credits"] == unused
        assert books["unapplied"] == sum(beyond, Decimal(0))


def check_flow(ledger: tuple[Document, ...], before: Day, after: Day, flavour: Flavour) -> None:
    """AR(t1) = AR(t0) + billings - applied + what was applied beyond a balance."""
    start, end = before.as_of, after.as_of
    for currency in {d.currency for d in ledger}:
        bills = [d for d in ledger if d.currency == currency and not d.is_credit]
        billed = [d.amount for d in bills if start < d.start(flavour) <= end]
        applied = [m.amount for d in bills for m in d.moves if start < m.day(flavour) <= end]
        owed = []
        for day in (before, after):
            books = figures.aging(day, flavour)["currencies"].get(currency)
            owed.append(books["total"] - books["unapplied"] if books else Decimal(0))
        assert owed[1] == owed[0] + sum(billed, Decimal(0)) - sum(applied, Decimal(0))


def check_rolls(ledger: tuple[Document, ...], day: Day, flavour: Flavour) -> None:
    weeks = fridays(day.as_of - timedelta(70), day.as_of)
    rows = day.metric("weekly_roll", flavour=flavour, weeks=weeks).rows
    entries = {
        row["week_end"]: row
        for row in day.metric("past_due_entries", flavour=flavour, weeks=weeks).rows
    }
    for week in weeks:
        ours = figures.rolled([r for r in rows if r["week_end"] == week[1]], entries.get(week[1]))
        theirs = rolled(ledger, week, flavour)
        assert ours["identity_ok"]
        for name in ("scheduled", "rolled", "event_version", "entered_directly", "reopened"):
            assert ours[name] == theirs[name], (week, name)
        for boundary, found in ours["boundaries"].items():
            assert found["scheduled"] == theirs[f"scheduled {boundary}"], (week, boundary)
            assert found["rolled"] == theirs[f"rolled {boundary}"], (week, boundary)
        moved = ours["cash"] + ours["credits"] + ours["write_offs"]
        assert ours["scheduled"] == ours["rolled"] + moved


def check_dso(ledger: tuple[Document, ...], day: Day) -> None:
    for row in day.metric("dso").rows:
        bills = [d for d in ledger if d.currency == row["currency"] and not d.is_credit]
        owed = sum((d.balance(day.as_of, "restated") for d in bills), Decimal(0))
        first = day.as_of - timedelta(90)
        billed = sum((d.amount for d in bills if first < d.issued <= day.as_of), Decimal(0))
        assert (row["ar"], row["billings"]) == (owed, billed)
        expected = countback(ledger, day.as_of, row["currency"])
        assert row["countback"] == (None if expected is None else pytest.approx(expected))
        if billed:
            assert row["period_end"] == pytest.approx(float(owed / billed * 90))
        else:
            assert row["period_end"] is None
