"""A large pilot for speed tests: so many invoices, in our own layout.

Drawn column by column with NumPy, written in slices of plain text. Customers pay as
those of the demo company do, the stories are left out, and no cell needs a quote.
The only payments are the few that left cash unapplied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from . import casting
from .days import BOOKS_OPEN, GO_LIVE, LAST_DAY
from .paying import TRUE_SHRINK
from .writing import write_settings

Whole: TypeAlias = npt.NDArray[np.int64]
Real: TypeAlias = npt.NDArray[np.float64]

INVOICES_A_CUSTOMER = 200
MOST_CUSTOMERS = 6_000
_IN_TWO_PARTS = 0.09
_SLICE = 100_000
_END = (LAST_DAY - BOOKS_OPEN).days
_LIVE = (GO_LIVE - BOOKS_OPEN).days
#: tier, terms, share of the customers, mean invoice in dollars
_KINDS = (
    ("mid", "NET30", 0.36, 4_500),
    ("smb", "NET30", 0.42, 1_100),
    ("mid", "NET45", 0.08, 4_000),
    ("smb", "NET60", 0.12, 1_400),
    ("enterprise", "NET45", 0.02, 24_000),
)
_DAYS_OF_TERMS = np.array([30, 30, 45, 60, 45], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Bills:
    """Invoices as columns; days count from the opening of the books."""

    customer: Whole
    kind: Whole
    issued: Whole
    due: Whole
    cents: Whole
    paid: Whole


def write_large(folder: Path, *, seed: int, invoices: int, customers: int | None = None) -> None:
    """Write a pilot of exactly `invoices` invoices and about 1 % more applications.

    They are those of `customers`, else of one for 200 invoices (6,000 at most).
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    count = customers or max(5, min(MOST_CUSTOMERS, invoices // INVOICES_A_CUSTOMER))
    kinds = rng.choice(len(_KINDS), count, p=[share for _, _, share, _ in _KINDS])
    exports = write_settings(folder)
    bills = _draw(rng, kinds, invoices)
    _write_masters(exports, kinds)
    _write_invoices(exports, bills)
    _write_applications(exports, bills, rng)
    _write_payments(exports, count)


def _draw(rng: np.random.Generator, kinds: Whole, invoices: int) -> _Bills:
    count = len(kinds)
    size = rng.lognormal(0, 0.8, count)
    customer = rng.choice(count, invoices, p=size / size.sum())
    issued = np.sort(rng.integers(0, _END + 1, invoices))
    kind = kinds[customer]
    due = issued + _DAYS_OF_TERMS[kind]
    means = np.array([mean for *_, mean in _KINDS], dtype=np.float64)
    cents = np.maximum(100, (means[kind] * 100 * rng.lognormal(-0.2, 0.6, invoices))).astype(int)
    late_share = rng.beta(1.0, 1.9, count)[customer]
    offset = _offsets(rng, late_share)
    offset = np.where(kind == 0, _treat(offset, due), offset)
    paid = _weekday(np.maximum(issued + 1, due + np.ceil(offset).astype(np.int64)))
    return _Bills(customer, kind, issued, due, cents, paid)


def _offsets(rng: np.random.Generator, late_share: Real) -> Real:
    """Days from due day to payment; one invoice in fifty is weeks late."""
    n = len(late_share)
    late = rng.gamma(4.0, 2.0, n)
    very_late = rng.random(n) < 0.02
    late = np.where(very_late, 12 + rng.gamma(2.0, 14.0, n), late)
    is_late = (rng.random(n) < late_share) | very_late
    return np.where(is_late, late, -rng.integers(0, 8, n))


def _treat(offset: Real, due: Whole) -> Real:
    """As `paying.treat`, for a column."""
    start = np.maximum(0, _LIVE - due)
    return np.where(offset > start, start + (offset - start) * (1 - TRUE_SHRINK), offset)


def _weekday(days: Whole) -> Whole:
    weekday = (days + BOOKS_OPEN.weekday()) % 7
    return days + np.where(weekday > 4, 7 - weekday, 0)


def _write_masters(exports: Path, kinds: Whole) -> None:
    people = [f"{p.person_id},{p.name},{p.email},{p.team},true" for p in casting.people()]
    _write(exports / "people.csv", "person_id,name,email,team,active", people)
    owners = casting.ACCOUNT_EXECUTIVES
    customers = (
        f"C-{n:05d},Customer {n:05d},{_KINDS[k][0]},USD,{_KINDS[k][1]},{owners[n % len(owners)]}"
        for n, k in enumerate(kinds.tolist(), 1)
    )
    _write(exports / "customers.csv", "customer_id,name,tier,currency,terms,owner_id", customers)
    contacts = (
        f"K-{n:05d},C-{n:05d},Contact {n:05d},ap@customer{n:05d}.example,{_verified(n)},active"
        for n in range(1, len(kinds) + 1)
    )
    head = "contact_id,customer_id,name,email,verified_on,status"
    _write(exports / "contacts.csv", head, contacts)


def _verified(number: int) -> str:
    """Nine contacts in ten were confirmed within the last 90 days."""
    age = number * 37 % 90 + (90 if number % 10 == 0 else 0)
    return (LAST_DAY - timedelta(days=age)).isoformat()


def _write_invoices(exports: Path, bills: _Bills) -> None:
    days, terms = _spelled(_END + 61), [terms for _, terms, *_ in _KINDS]
    columns = (bills.customer, bills.issued, bills.due, bills.cents, bills.kind)
    lines = (
        f"I-{n:07d},C-{c + 1:05d},{days[i]},{days[d]},{a // 100}.{a % 100:02d},USD,{terms[k]}"
        for n, (c, i, d, a, k) in enumerate(_rows(columns), 1)
    )
    head = "invoice_id,customer_id,issued_on,due_on,amount,currency,terms"
    _write(exports / "invoices.csv", head, lines)


def _write_applications(exports: Path, bills: _Bills, rng: np.random.Generator) -> None:
    """Cash on what was paid by the last day; one invoice in eleven came in two parts."""
    index = np.flatnonzero(bills.paid <= _END)
    day, cents = bills.paid[index], bills.cents[index]
    in_two = rng.random(len(index)) < _IN_TWO_PARTS
    first = np.where(in_two, cents * 6 // 10, cents)
    later = np.flatnonzero(in_two)
    rest_day = _weekday(day[later] + rng.integers(7, 22, len(later)))
    reached = rest_day <= _END
    later, rest_day = later[reached], rest_day[reached]
    invoice = np.concatenate([index, index[later]])
    effective = np.concatenate([day, rest_day])
    amount = np.concatenate([first, (cents - first)[later]])
    order = np.lexsort((invoice, effective))
    known = np.minimum(_END, effective + rng.choice(3, len(effective), p=[0.5, 0.35, 0.15]))
    columns = tuple(column[order] for column in (invoice, effective, amount, known))
    days = _spelled(_END + 1)
    lines = (
        f"A-{n:07d},I-{i + 1:07d},cash,{days[e]},{a // 100}.{a % 100:02d},USD,{days[k]}"
        for n, (i, e, a, k) in enumerate(_rows(columns), 1)
    )
    head = "application_id,invoice_id,kind,effective_on,amount,currency,known_on"
    _write(exports / "applications.csv", head, lines)


def _write_payments(exports: Path, customers: int) -> None:
    """One customer in a hundred sent $500.00 that nobody has applied."""
    received = LAST_DAY - timedelta(days=12)
    lines = (
        f"P-{n:05d},C-{n:05d},{received},500.00,USD,500.00,ach"
        for n in range(1, customers + 1, 100)
    )
    head = "payment_id,customer_id,received_on,amount,currency,unapplied_amount,method"
    _write(exports / "payments.csv", head, lines)


def _spelled(count: int) -> list[str]:
    return [(BOOKS_OPEN + timedelta(days=n)).isoformat() for n in range(count)]


def _rows(columns: Sequence[Whole]) -> Iterable[tuple[int, ...]]:
    for start in range(0, len(columns[0]), _SLICE):
        yield from zip(
            *(column[start : start + _SLICE].tolist() for column in columns), strict=True
        )


def _write(path: Path, head: str, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(head + "\n")
        out.writelines(line + "\n" for line in lines)
