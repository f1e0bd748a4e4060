"""What each choice of a question changes, in money: every choice is loaded on trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.exports.proposing_layouts import checked
from pipeline.exports.proposing_questions import Ask
from pipeline.model import BUCKETS
from pipeline.unknown_exports.drafts import Draft
from pipeline.unknown_exports.trials import aged_on, books_of, last_day
from pipeline.warehouse.day import Lens
from pipeline.warehouse.intake_report import load_report
from pipeline.warehouse.opening import OpenBooks

#: Questions whose choices leave every figure as it is.
_NO_EFFECT = frozenset({"currency"})


@dataclass(frozen=True)
class Effect:
    """What one choice of a question gives, beside the choice that is taken now."""

    key: str
    choice: str
    is_taken: bool
    totals: Mapping[str, Decimal]
    """Currency -> open invoices less credits and unapplied cash."""
    buckets: Mapping[str, Mapping[str, Decimal]]
    """Currency -> group of ages -> open amount."""
    loaded: int
    sentence: str


def effects(draft: Draft) -> dict[str, tuple[Effect, ...]]:
    """Question -> its choices with what each gives; both are seen from the same day."""
    found = {}
    with TemporaryDirectory(prefix="trials-") as folder:
        base = books_of(draft, checked(draft.layout()), Path(folder) / "base")
        try:
            for ask in draft.asks:
                if ask.key not in _NO_EFFECT:
                    found[ask.key] = tuple(_effects(draft, ask, base, Path(folder)))
        finally:
            base.close()
    return found


def _effects(draft: Draft, ask: Ask, base: OpenBooks, folder: Path) -> list[Effect]:
    taken = draft.answers[ask.key]
    found = []
    for place, choice in enumerate(ask.choices):
        if choice == taken:
            found.append(_effect(draft, ask, choice, base, base))
            continue
        layout = checked(draft.layout(**{ask.key: choice}))
        books = books_of(draft, layout, folder / f"{ask.key}-{place}")
        try:
            found.append(_effect(draft, ask, choice, books, base))
        finally:
            books.close()
    return found


def _effect(draft: Draft, ask: Ask, choice: str, books: OpenBooks, base: OpenBooks) -> Effect:
    lens = Lens(currency=draft.currency)
    days = [day for day in (last_day(books), last_day(base)) if day]
    aged, net = aged_on(books, max(days), lens) if days else ({}, {})
    usual, usual_net = aged_on(base, max(days), lens) if days else ({}, {})
    loaded, before = (load_report(one, lens).files[0].accepted for one in (books, base))
    found = Effect(
        key=ask.key,
        choice=choice,
        is_taken=books is base,
        totals=net,
        buckets=_amounts(aged),
        loaded=loaded,
        sentence="",
    )
    if books is base:
        return found
    said = (
        [*_moved(_amounts(usual), found.buckets)]
        if net == usual_net
        else _other_total(usual_net, net)
    )
    if ask.key == "date_order" and draft.rows.turning:
        said = [f"{draft.rows.turning:,} rows fall in another month", *said]
    if loaded != before:
        said.append(f"{loaded:,} rows are loaded instead of {before:,}")
    return replace(found, sentence="; ".join(said) or "no figure changes")


def _amounts(aged: Mapping[str, Any]) -> dict[str, dict[str, Decimal]]:
    return {
        currency: {name: one["buckets"][name]["amount"] for name in BUCKETS}
        for currency, one in aged.items()
    }


def _other_total(usual: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> list[str]:
    said = []
    for currency in sorted({*usual, *other}):
        now, then = (totals.get(currency, Decimal(0)) for totals in (usual, other))
        if now != then:
            said.append(f"total {currency} {then:,.2f} instead of {now:,.2f}")
    return said


def _moved(
    usual: Mapping[str, Mapping[str, Decimal]], other: Mapping[str, Mapping[str, Decimal]]
) -> list[str]:
    """How money moves between groups of ages, as one sentence per currency."""
    said = []
    for currency in sorted(other):
        before = usual.get(currency, {})
        change = {
            name: amount - before.get(name, Decimal(0)) for name, amount in other[currency].items()
        }
        gains = {name: by for name, by in change.items() if by > 0}
        losses = {name: -by for name, by in change.items() if by < 0}
        if not gains and not losses:
            continue
        moved = sum(gains.values(), Decimal(0))
        from_, to = " and ".join(map(_age, losses)), " and ".join(map(_age, gains))
        said.append(f"{currency} {moved:,.2f} moves from {from_ or 'nowhere'} to {to or 'nowhere'}")
    return said


def _age(bucket: str) -> str:
    words = {"current": "not due", "no_due_date": "no due date", "91+": "over 90 days"}
    return words.get(bucket, f"{bucket} days")
