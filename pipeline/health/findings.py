"""Data health: every check run on a day, as findings with their price, and how the mending goes.

What a check means, how severe it is and what it costs is written in its own file in
`pipeline/sql/checks`; here its rows are counted, its sentence filled, and the findings ordered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.drafting.tokens import money_text
from pipeline.health.twins import Customer, look_alikes
from pipeline.model import MESSAGE_LANES, Entry
from pipeline.pilot import Desk
from pipeline.warehouse import checks
from pipeline.warehouse.day import Day, Lens, Row
from pipeline.warehouse.evidence import customers_with_domains
from pipeline.warehouse.opening import OpenBooks
from pipeline.warehouse.statements import Statement

#: What people have mended or excused; without these entries, a day is as the exports have it.
_MENDING = frozenset(
    {
        "correction_proposed",
        "correction_confirmed",
        "correction_undone",
        "exemption_granted",
        "exemption_ended",
        "twins_judged",
    }
)
#: Days of mending that are looked at, at most: each is a day's books made anew.
STEPS = 12
ZERO = Decimal(0)


@dataclass(frozen=True)
class Finding:
    """One check on one day: what fails, what it costs, who can mend it how."""

    name: str
    title: str
    is_blocking: bool
    may_be_waived: bool
    meaning: str
    fix: str
    sql: str
    n: int
    """Things to mend (a contact of five invoices is one)."""
    invoice_ids: tuple[str, ...]
    mails: int
    """Messages that are due and would have gone, had the check not been."""
    amounts: Mapping[str, Decimal]
    """Currency -> amount; never added."""
    reporting: Decimal | None
    """In the reporting currency; None where a rate is missing."""
    sentence: str
    exempted: int
    """Rows that a person has excused for a time; they count in nothing else here."""

    @property
    def passes(self) -> bool:
        """Whether nothing is left to mend."""
        return self.n == 0


@dataclass(frozen=True)
class Progress:
    """How far one person or role has got: things to mend without and with what was mended."""

    fixer: str
    found: int
    left: int
    blocking: int
    amounts: Mapping[str, Decimal]
    """Money behind what is left, by currency; an invoice counts once."""


def findings(day: Day, desk: Desk) -> list[Finding]:
    """Every check, those that fail first, and of them most money first."""
    hold_twins(day)
    mails = _mails(desk)
    found = [_finding(day, name, check, mails) for name, check in checks.checks().items()]
    return sorted(found, key=_worst_first)


def _worst_first(finding: Finding) -> tuple[bool, bool, Decimal, bool]:
    """What cannot be converted is not known to be small."""
    unknown = finding.reporting is None
    return (finding.passes, not unknown, -(finding.reporting or ZERO), not finding.is_blocking)


def hold_twins(day: Day) -> None:
    """Lays the look-alike customers before the checks."""
    customers = [
        Customer(row["customer_id"], row["name"], frozenset(row["domains"]), row["family"])
        for row in customers_with_domains(day)
    ]
    day.hold_twins(look_alikes(customers))


def _mails(desk: Desk) -> dict[str, str]:
    """Invoice -> the message that it would go into today, where one would go."""
    return {
        route.invoice_id: route.case_id
        for route in desk.routes
        if route.lane in MESSAGE_LANES and (desk.rows[route.invoice_id]["days_past_due"] or 0) > 0
    }


def _finding(day: Day, name: str, check: Statement, mails: Mapping[str, str]) -> Finding:
    totals = checks.totals(day, name)
    exempted = sum(row["exempted"] for row in totals)
    totals = [row for row in totals if row["n"]]
    invoice_ids = sorted({one for row in totals for one in row["invoice_ids"] or ()})
    customers = {one for row in totals for one in row["customer_ids"] or ()}
    amounts = {row["currency"]: row["amount"] for row in totals}
    n = len({subject for row in totals for subject in row["subjects"]})
    stopped = len({mails[one] for one in invoice_ids if one in mails})
    if name == "unapplied_cash":
        stopped = len({case for case in mails.values() if case.partition("/")[0] in customers})
    converted = [row["reporting"] for row in totals]
    return Finding(
        name=name,
        title=check.headers["title"],
        is_blocking=checks.is_blocking(check),
        may_be_waived=checks.may_be_waived(check),
        meaning=check.meaning,
        fix=check.headers["fix"],
        sql=check.select,
        n=n,
        invoice_ids=tuple(invoice_ids),
        mails=stopped,
        amounts=amounts,
        reporting=None if None in converted else sum(converted, ZERO),
        sentence=_sentence(check, n, len(invoice_ids), len(customers), stopped, amounts),
        exempted=exempted,
    )


def _sentence(
    check: Statement,
    n: int,
    invoices: int,
    customers: int,
    mails: int,
    amounts: Mapping[str, Decimal],
) -> str:
    """The check's own words with the figures in; what passes says so."""
    if n == 0:
        return "Nothing to mend."
    return check.headers["consequence"].format(
        n=f"{n:,}",
        invoices=_counted(invoices, "invoice"),
        customers=_counted(customers, "customer"),
        mails=_counted(mails, "mail") if mails else "No mail due today",
        amount=amounts_text(amounts),
    )


def amounts_text(amounts: Mapping[str, Decimal]) -> str:
    """Amounts by currency side by side, never added."""
    return " and ".join(money_text(amount, name) for name, amount in sorted(amounts.items()))


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def rows(day: Day, name: str) -> list[Row]:
    """The offending rows of one check, most money first, the exempted last."""
    return checks.rows(day, name)


# --- How the mending goes ----------------------------------------------------------------------


def as_exported(entries: Sequence[Entry]) -> list[Entry]:
    """The record without what people have mended or excused."""
    return [entry for entry in entries if entry.kind not in _MENDING]


def progress(day: Day, books: OpenBooks, lens: Lens, entries: Sequence[Entry]) -> list[Progress]:
    """Who has how much left to mend, against the exports as they came; most left first."""
    with Day(books, day.as_of, lens, as_exported(entries)) as before:
        hold_twins(before)
        found = _by_fixer(checks.by_fixer(before))
    left = _by_fixer(checks.by_fixer(day))
    made = [_progress(fixer, found, left) for fixer in sorted({*found, *left})]
    return sorted(made, key=lambda one: (-one.left, one.fixer))


def _by_fixer(rows: Sequence[Row]) -> dict[str, list[Row]]:
    gathered: dict[str, list[Row]] = {}
    for row in rows:
        gathered.setdefault(row["fixer"], []).append(row)
    return gathered


def _progress(
    fixer: str, found: Mapping[str, list[Row]], left: Mapping[str, list[Row]]
) -> Progress:
    here = left.get(fixer, [])
    n = sum(row["n"] for row in here)
    return Progress(
        fixer=fixer,
        # A new owner may have more now than the exports gave to them.
        found=max(n, sum(row["n"] for row in found.get(fixer, []))),
        left=n,
        blocking=sum(row["blocking"] for row in here),
        amounts={row["currency"]: row["amount"] for row in here},
    )


def clean_up(day: Day, books: OpenBooks, lens: Lens, entries: Sequence[Entry]) -> list[Row]:
    """How much of what is open on the day blocking checks stopped, after each day of mending.

    The first row is the exports as they came; each later one adds what was mended and excused up
    to the end of its `on_day`. Always the same exports and the same open invoices, looked at from
    the same day: an export keeps only its newest confirmation, so that an earlier day seen
    through it would look worse than it was. `amount` is in the reporting currency, None where a
    rate is missing.
    """
    untouched = as_exported(entries)
    known = [entry for entry in entries if entry.on_day <= day.as_of]
    days = sorted({entry.on_day for entry in known if entry.kind in _MENDING})
    found = [_stopped(day, books, lens, None, untouched)]
    for on in _spread(days):
        mended = [e for e in known if e.kind not in _MENDING or e.on_day <= on]
        found.append(_stopped(day, books, lens, on, mended))
    return found


def _spread(days: Sequence[date]) -> list[date]:
    """At most `STEPS` of the days, evenly, the last one always among them."""
    if len(days) <= STEPS:
        return list(days)
    last = len(days) - 1
    return [days[round(step * last / (STEPS - 1))] for step in range(STEPS)]


def _stopped(
    day: Day, books: OpenBooks, lens: Lens, on: date | None, entries: Sequence[Entry]
) -> Row:
    with Day(books, day.as_of, lens, entries) as then:
        stopped = checks.blocked_amounts(then)
    amounts = [row["reporting"] for row in stopped]
    return {
        "on_day": on,
        "n": sum(row["n"] for row in stopped),
        "amount": None if None in amounts else sum(amounts, ZERO),
        "currency": lens.currency,
    }
