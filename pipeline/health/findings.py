"""Data health: every check run on a day, as findings with their price.

What a check means, how severe it is and what it costs is written in its own file in
`pipeline/sql/checks`; here its rows are counted, its sentence filled, and the findings ordered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.desk import Desk
from pipeline.drafting.tokens import money_text
from pipeline.health.twins import Customer, look_alikes
from pipeline.model import MESSAGE_LANES
from pipeline.warehouse import checks
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.evidence import customers_with_domains
from pipeline.warehouse.statements import Statement

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
    fixers: tuple[str, ...]
    """Who can mend it: people, or a role where nobody is named."""
    exempted: int
    """Rows that a person has excused for a time; they count in nothing else here."""

    @property
    def passes(self) -> bool:
        """Whether nothing is left to mend."""
        return self.n == 0


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
        fixers=tuple(sorted({one for row in totals for one in row["fixers"]})),
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
        exports=_counted(n, "export"),
        pairs=_counted(n, "pair"),
        documents=_counted(n, "document"),
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
    if name == "customer_twins":
        hold_twins(day)
    return checks.rows(day, name)
