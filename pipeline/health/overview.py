"""The one sentence of data health: how much no draft can be made for, and what to mend next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.drafting.tokens import money_text
from pipeline.health.findings import ZERO, Finding, amounts_text
from pipeline.model import MINOR_UNITS
from pipeline.warehouse import checks, corrections
from pipeline.warehouse.day import Day, Row


@dataclass(frozen=True)
class Overview:
    """What blocking checks stop on one day, each open invoice counted once."""

    n_open: int
    n_blocked: int
    amounts: Mapping[str, Decimal]
    """Open money that is stopped, by currency; never added."""
    reporting: Decimal | None
    """The same in the reporting currency; None where a rate is missing."""
    currency: str
    """The reporting currency."""
    next_best: Row | None
    """The thing to mend that most of that money waits for (`checks.next_best`)."""

    @property
    def sentence(self) -> str:
        """How many invoices and how much money get no draft."""
        if not self.n_open:
            return "No invoice is open on this day."
        if not self.n_blocked:
            return f"Nothing in the data stops a draft (open invoices: {self.n_open:,})."
        return (
            f"{self.n_blocked:,} of {self.n_open:,} open invoices get no draft until their data "
            f"is mended: {amounts_text(self.amounts)}{self._converted}."
        )

    @property
    def _converted(self) -> str:
        """The one figure for all currencies, when there are several and every rate is stated."""
        if self.amounts.keys() <= {self.currency}:
            return ""
        if self.reporting is None:
            return f" (not converted: [rates] in pilot.toml lacks a rate to {self.currency})"
        return f" ({in_cents(self.reporting, self.currency)} at the stated rates)"

    @property
    def next_sentence(self) -> str:
        """What to mend next, what waits for it, and who can; empty when nothing is blocked."""
        found = self.next_best
        if found is None:
            return ""
        waits = money_text(found["amount"], found["currency"])
        n, also = found["n"], found["n_also"]
        invoices = f"{n:,} invoice{'' if n == 1 else 's'}"
        more = f", {also:,} of them" if also < n else " and"
        more = f"{more} for another finding too" if also else ""
        return (
            f"{found['because']} {found['proposed_fix']} {invoices} over {waits} "
            f"wait{'s' if n == 1 else ''} for it{more}; {found['fixer']} can mend it."
        )


def overview(day: Day) -> Overview:
    """What is open and what of it is blocked, as of the day."""
    blocked = checks.blocked_amounts(day)
    converted = [row["reporting"] for row in blocked]
    return Overview(
        n_open=sum(row["n"] for row in checks.open_amounts(day)),
        n_blocked=sum(row["n"] for row in blocked),
        amounts={row["currency"]: row["amount"] for row in blocked},
        reporting=None if None in converted else sum(converted, ZERO),
        currency=day.lens.currency,
        next_best=checks.next_best(day),
    )


def in_cents(amount: Decimal, currency: str) -> str:
    """A converted amount in its currency's smallest unit, half up."""
    unit = Decimal("0.001") if currency in MINOR_UNITS else Decimal("0.01")
    return money_text(amount.quantize(unit, ROUND_HALF_UP), currency)


def as_result(day: Day, found: Sequence[Finding]) -> dict[str, object]:
    """The `health` verb's object: what is blocked, what to mend next, findings, and fixes."""
    seen = overview(day)
    best = seen.next_best
    return {
        "as_of": day.as_of,
        "currency": seen.currency,
        "sentence": seen.sentence,
        "open": seen.n_open,
        "blocked": seen.n_blocked,
        "blocked_amounts": seen.amounts,
        "blocked_reporting": seen.reporting,
        "next": best and {"check": best["check_name"], "sentence": seen.next_sentence},
        "findings": [_plain(one) for one in found if not one.passes],
        "passing": [one.name for one in found if one.passes],
        "freshness": day.table("source_freshness"),
        "tie_out": day.table("tie_outs"),
        "fixes": corrections.fixes(day),
    }


def _plain(one: Finding) -> dict[str, object]:
    return {
        "check": one.name,
        "title": one.title,
        "severity": "blocks" if one.is_blocking else "warns",
        "sentence": one.sentence,
        "n": one.n,
        "invoice_ids": one.invoice_ids,
        "mails": one.mails,
        "amounts": one.amounts,
        "reporting": one.reporting,
        "fix": one.fix,
        "fixers": one.fixers,
        "exempted": one.exempted,
    }


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The same for people: the sentence, what is next, then each finding, worst first."""
    yield result["sentence"]
    if result["next"]:
        yield f"Next: {result['next']['sentence']}"
    for one in result["findings"]:
        yield f"{one['severity']}  {one['title']}: {one['sentence']} {one['fix']}"
    yield f"{len(result['passing'])} checks pass."
