"""The DSO bridge: where the days went between the day before go-live and a read-out.

What is open is, in every cell of customer class and age past due, what was billed times the share
of it that is still open: AR = sum S x U (the uncollected balance schedule: Brigham and Ehrhardt,
Financial Management, chapter 27; Lewellen and Johnson, Harvard Business Review 1972). So, exactly,

    AR after - AR before = sum S_after x (U_after - U_before) + sum (S_after - S_before) x U_before

The first sum is how customers paid: open disputes and credits are taken out of it, the rest is
payment behaviour. The second is what they were billed: its volume and timing, the mix of customer
classes, and changed terms of the same customers. Ages run from the due date, so that longer terms
are no worse behaviour. Days are money x N / billings of the last N days; what the divisor itself
does belongs to billing. Everything is in the invoices' own currency, hence no FX.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from pipeline.figures import dso
from pipeline.model import MINOR_UNITS, CountbackError, WrongCall
from pipeline.proving.read_outs import READ_OUTS, latest_read_out
from pipeline.settings import GO_LIVE_DAY, Settings
from pipeline.warehouse.day import Day, Metric, Row, Scope, Weeks

#: Days of billings that DSO divides by.
DSO_DAYS = 90
STEPS = (
    "payment behaviour",
    "disputes",
    "credits and write-offs",
    "billing volume and timing",
    "customer mix",
    "terms",
    "FX",
    "rest",
)
#: Ages that are none: without a due date, and on the books before it was billed.
_NO_DUE_DATE, _NOT_BILLED = 11, 12
_HUNDREDTH = Decimal("0.01")

Place = tuple[str, int]
"""Customer class and place of the age."""
Weights = Mapping[Place, Fraction]


class Shares(NamedTuple):
    """Of what was billed: the shares open, disputed, and credited or written off."""

    open_amount: Fraction
    disputed: Fraction
    credited: Fraction


_NOUGHT = Shares(Fraction(0), Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Bridge:
    """Both ends, and the steps between them that add up to the cent and to 0.01 day."""

    before: dict[str, Decimal]
    """ar and billings (money), dso (days)."""
    after: dict[str, Decimal]
    steps: tuple[dict[str, Any], ...]
    """name, money and days of each step, in the order of STEPS; the rest is the last."""


class _Pattern:
    """The shares of the earlier day, in every class and age."""

    def __init__(self, before: Sequence[Row]) -> None:
        self._own = _shares(before, lambda row: (row["customer_class"], row["place"]))
        self._all = _shares(before, lambda row: ("", row["place"]))

    def at(self, place: Place) -> Shares:
        """The class's own at that age; else everybody's; else everybody's at the nearest age."""
        found = self._own.get(place) or self._all.get(("", place[1]))
        if found or not self._all:
            return found or _NOUGHT
        return self._all[min(self._all, key=lambda known: (abs(known[1] - place[1]), known[1]))]

    def expected(self, billed: Weights, of: str) -> Fraction:
        """What would be open (or disputed, or credited) of `billed` at the earlier shares."""
        return sum(
            (amount * getattr(self.at(place), of) for place, amount in billed.items()), Fraction(0)
        )


def _shares(rows: Sequence[Row], key: Callable[[Row], Place]) -> dict[Place, Shares]:
    sums: dict[Place, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    for row in rows:
        columns = ("billed", *Shares._fields)
        place = key(row)
        sums[place] = [
            a + Fraction(row[name]) for a, name in zip(sums[place], columns, strict=True)
        ]
    return {
        place: Shares(*(part / billed for part in parts))
        for place, (billed, *parts) in sums.items()
        if billed
    }


def between(rows: Sequence[Row], currency: str = "", days: int = DSO_DAYS) -> Bridge:
    """The bridge over the cells of one currency (rows of `bridge_cells`).

    Raises ValueError when nothing was billed in the `days` before either day: DSO is undefined.
    """
    billings = [_recent(rows, is_after=is_after) for is_after in (False, True)]
    if not all(billings):
        raise ValueError(f"nothing was billed in the {days} days before one of the two days")
    money = _money(rows)
    owed = [
        _total((row for row in rows if row["is_after"] is is_after), "open_amount")
        for is_after in (False, True)
    ]
    per_day = {name: amount * days / billings[1] for name, amount in money.items()}
    per_day["billing volume and timing"] += owed[0] * days * (1 / billings[1] - 1 / billings[0])
    unit = Decimal("0.001") if currency in MINOR_UNITS else _HUNDREDTH
    ends = [
        {
            "ar": _rounded(ar, unit),
            "billings": _rounded(billed, unit),
            "dso": _rounded(ar / billed * days, _HUNDREDTH),
        }
        for ar, billed in zip(owed, billings, strict=True)
    ]
    moneys = _adding_up(money, ends[1]["ar"] - ends[0]["ar"], unit)
    in_days = _adding_up(per_day, ends[1]["dso"] - ends[0]["dso"], _HUNDREDTH)
    steps = tuple({"name": n, "money": moneys[n], "days": in_days[n]} for n in STEPS)
    return Bridge(ends[0], ends[1], steps)


def _money(rows: Sequence[Row]) -> dict[str, Fraction]:
    """Each step in money, exactly."""
    before = [row for row in rows if not row["is_after"] and row["place"] != _NOT_BILLED]
    after = [row for row in rows if row["is_after"] and row["place"] != _NOT_BILLED]
    pattern = _Pattern(before)
    billed = _billed(after, "place")
    on_earlier_terms = _billed(after, "earlier_place")
    rescaled = _at_earlier_mix(before, after)
    as_mixed = pattern.expected(on_earlier_terms, "open_amount")
    as_scaled = pattern.expected(rescaled, "open_amount")
    as_billed = pattern.expected(billed, "open_amount")
    disputes = _total(after, "disputed") - pattern.expected(billed, "disputed")
    credited = pattern.expected(billed, "credited") - _total(after, "credited")
    return {
        "payment behaviour": _total(after, "open_amount") - as_billed - disputes - credited,
        "disputes": disputes,
        "credits and write-offs": credited,
        "billing volume and timing": as_scaled - _total(before, "open_amount"),
        "customer mix": as_mixed - as_scaled,
        "terms": as_billed - as_mixed,
        "FX": Fraction(0),
    }


def _at_earlier_mix(before: Sequence[Row], after: Sequence[Row]) -> Weights:
    """The later billings, with the classes' shares of the recent ones as they were before."""
    was, came = (_by_class(row for row in part if row["is_recent"]) for part in (before, after))
    grown = sum(came.values(), Fraction(0)) / sum(was.values(), Fraction(0))
    found: dict[Place, Fraction] = defaultdict(Fraction)
    for row in after:
        name = row["customer_class"]
        if row["is_recent"] and name not in came:
            continue  # Nothing was billed to that class after all.
        factor = was.get(name, Fraction(0)) * grown / came[name] if row["is_recent"] else 1
        found[name, row["earlier_place"]] += Fraction(row["billed"]) * factor
    for row in before:
        # A class that is billed no more would have been billed as it was.
        if row["is_recent"] and row["customer_class"] not in came:
            found[row["customer_class"], row["place"]] += Fraction(row["billed"]) * grown
    return found


def _by_class(rows: Any) -> dict[str, Fraction]:
    found: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        found[row["customer_class"]] += Fraction(row["billed"])
    return {name: amount for name, amount in found.items() if amount}


def _billed(rows: Sequence[Row], age: str) -> Weights:
    found: dict[Place, Fraction] = defaultdict(Fraction)
    for row in rows:
        found[row["customer_class"], row[age]] += Fraction(row["billed"])
    return found


def _recent(rows: Sequence[Row], *, is_after: bool) -> Fraction:
    return _total((r for r in rows if r["is_after"] is is_after and r["is_recent"]), "billed")


def _total(rows: Any, column: str) -> Fraction:
    return sum((Fraction(row[column]) for row in rows), Fraction(0))


def _rounded(exact: Fraction, unit: Decimal) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(unit, ROUND_HALF_UP)


def _adding_up(parts: Mapping[str, Fraction], change: Decimal, unit: Decimal) -> dict[str, Decimal]:
    """The parts rounded, and as rest what they leave of the change: shown, not hidden."""
    found = {name: _rounded(part, unit) for name, part in parts.items()}
    return {**found, "rest": change - sum(found.values(), Decimal(0))}


# --- of a pilot ----------------------------------------------------------------------------


def two_days(settings: Settings, as_of: date, read_out: int | None = None) -> tuple[date, date]:
    """The day before go-live and the read-out day.

    Raises WrongCall without a day 0 or for a read-out that is none, CountbackError before it.
    """
    start = settings.pilot.started_on
    if start is None:
        raise WrongCall(
            "pilot.toml: [pilot] started_on not set: the bridge runs from the day before go-live."
        )
    chosen = read_out or latest_read_out(settings, as_of)
    if chosen is None:
        first = start + timedelta(days=READ_OUTS[0] - 1)
        raise CountbackError(f"No read-out is due yet: the first is at the close of {first}.")
    if chosen not in READ_OUTS:
        raise WrongCall(f"--read-out {chosen}: read-outs are on day 60, 90 and 120 only.")
    after = start + timedelta(days=chosen - 1)
    if as_of < after:
        raise CountbackError(
            f"The read-out of day {chosen} needs the books to the close of {after}; they are seen "
            f"as of {as_of}."
        )
    return start + timedelta(days=GO_LIVE_DAY - 1), after


def sides(days: tuple[date, date]) -> Weeks:
    """Each day with the billings that its DSO divides by, as spans (from, to]."""
    return tuple((on - timedelta(days=DSO_DAYS), on) for on in days)


class Counted(NamedTuple):
    """What one arm's bridge is counted from."""

    cells: Metric
    invoices: Metric
    left: Metric
    """What left the books between the two days, by how."""


Count = Callable[[Day, Scope, tuple[date, date]], Counted]


def counted(day: Day, scope: Scope, days: tuple[date, date]) -> Counted:
    """Counts what the bridge of an arm between two days is made of."""
    return Counted(
        day.metric("bridge_cells", customers=scope, weeks=sides(days)),
        day.metric("bridge_invoices", customers=scope, weeks=sides(days)),
        day.metric("roll_forward_totals", customers=scope, weeks=[days]),
    )


def dso_bridge(
    day: Day, settings: Settings, read_out: int | None = None, count: Count = counted
) -> dict[str, Any]:
    """The bridge of the segment and of its control, per currency (metrics 1.1).

    Per arm and currency: before and after (ar and billings in money, dso in days), steps (name,
    money, days), cash_share of what left the books between the days, largest_open (the invoice
    that is most of the later day: invoice_id, amount, days); or why there is none.
    Without a segment it is of all customers. `count` may keep what it counts. Raises as
    `two_days` does.
    """
    days = two_days(settings, day.as_of, read_out)
    return {
        "as_of": day.as_of,
        "before_on": days[0],
        "after_on": days[1],
        "days": DSO_DAYS,
        "arms": {
            arm: _of_arm(day, scope, days, count(day, scope, days))
            for arm, scope in arms(settings).items()
        },
    }


def arms(settings: Settings) -> dict[str, Scope]:
    """Whom figures are about: the segment, and the control where one is set; else everybody."""
    if not settings.segment.where:
        return {"all customers": "ALL"}
    return {"pilot": "SEGMENT", **({"control": "CONTROL"} if settings.control.where else {})}


def _of_arm(day: Day, scope: Scope, days: tuple[date, date], parts: Counted) -> dict[str, Any]:
    cells = parts.cells.rows
    undefined = [dso(day, DSO_DAYS, scope, as_of=on)["currencies"] for on in days]
    gone = {row["currency"]: row for row in parts.left.rows}
    return {
        currency: _of_currency(
            [row for row in cells if row["currency"] == currency],
            currency,
            [found.get(currency) for found in undefined],
            gone.get(currency),
            next((row for row in parts.invoices.rows if row["currency"] == currency), None),
        )
        for currency in sorted({row["currency"] for row in cells})
    }


def _of_currency(
    cells: Sequence[Row],
    currency: str,
    figures: Sequence[Row | None],
    gone: Row | None,
    largest: Row | None,
) -> dict[str, Any]:
    for found in figures:
        if found is None:
            return {"why": "nothing was billed by one of the two days"}
        if found["period_end"] is None:
            return {"why": found["why"]}
    made = between(cells, currency)
    exits = sum((gone[k] for k in ("paid", "credited", "written_off")), Decimal(0)) if gone else 0
    return {
        "before": {**made.before, "dso": float(made.before["dso"])},
        "after": {**made.after, "dso": float(made.after["dso"])},
        "steps": [{**step, "days": float(step["days"])} for step in made.steps],
        "cash_share": float(gone["paid"] / exits) if gone and exits else None,
        "largest_open": _in_days(largest, made.after["billings"]),
    }


def _in_days(invoice: Row | None, billings: Decimal) -> dict[str, Any] | None:
    """How much of the later DSO one invoice is by itself."""
    if invoice is None or not invoice["open_after"]:
        return None
    days = round(float(invoice["open_after"] / billings * DSO_DAYS), 2)
    return {"invoice_id": invoice["invoice_id"], "amount": invoice["open_after"], "days": days}


def said(bridge: Mapping[str, Any]) -> str:
    """The bridge in one sentence, the largest steps first; what is under 0.05 days is left out."""
    before, after = (bridge[end]["dso"] for end in ("before", "after"))
    steps = sorted(bridge["steps"], key=lambda step: -abs(step["days"]))
    large = [f"{s['name']} {s['days']:+.1f}" for s in steps if abs(s["days"]) >= 0.05]
    moved = f"DSO went from {before:.2f} to {after:.2f} days ({after - before:+.2f})"
    told = f"{moved}: {', '.join(large)}." if large else f"{moved}: no step moved it."
    return told.replace("-", "\N{MINUS SIGN}").replace("write\N{MINUS SIGN}offs", "write-offs")


def as_rows(arms_found: Mapping[str, Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Both arms' steps side by side, from before to after, for a table."""
    drawn = {
        arm: found[currency]
        for arm, found in arms_found.items()
        if "steps" in found.get(currency, {})
    }
    rows = []
    for name in ("before", *STEPS, "after"):
        row: dict[str, Any] = {"step": name}
        for arm, bridge in drawn.items():
            row[f"{arm}_days"], row[f"{arm}_money"] = _ends_or_step(bridge, name)
        rows.append(row)
    return rows


def _ends_or_step(bridge: Mapping[str, Any], name: str) -> tuple[float, Decimal]:
    if name in ("before", "after"):
        return bridge[name]["dso"], bridge[name]["ar"]
    (step,) = (step for step in bridge["steps"] if step["name"] == name)
    return step["days"], step["money"]
