"""A replay in words: what moves, which decided drafts would have been otherwise, and no cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from pipeline.drafting.tokens import day_text, money_text
from pipeline.model import REASONS, Lane
from pipeline.replaying.comparing import Decided, Moved, Replay, RuleFate

#: Said wherever a replay is shown.
NOT_A_CAUSE = (
    "A replay sorts the same invoices by other rules; it does not know what a reviewer or a "
    "customer would have done."
)

_LANES: dict[Lane, str] = {
    "routine": "a reminder",
    "relationship": "an owner's nudge",
    "blocked": "blocked by something we owe",
    "disputed": "in dispute",
    "hands_off": "hands-off",
    "waiting": "waiting",
    "not_due": "not due yet",
}


def lane_words(lane: Lane) -> str:
    """A lane as the play it is."""
    return _LANES[lane]


def sentences(found: Replay) -> tuple[str, ...]:
    """What a changed policy would have sorted otherwise: the result first, its limits last."""
    if not found.changes:
        return ("Nothing is changed: both policies are the same.", NOT_A_CAUSE)
    return (_result(found), *_gone(found), *_unknown(found), NOT_A_CAUSE)


def _result(found: Replay) -> str:
    lead = "; ".join(f"{change.rule} {change.words}".strip() for change in found.changes)
    drafts = [_drafts(rule, found.decided) for rule in found.rules if _is_touched(rule)]
    return f"If {lead}: {'; '.join([*drafts, _others(found)])}."


def _is_touched(rule: RuleFate) -> bool:
    return bool(rule.overridden_touched or rule.accepted_touched)


def _drafts(rule: RuleFate, decided: Sequence[Decided]) -> str:
    its = [one for one in decided if one.rule == rule.rule and one.is_touched]
    lanes = {one.lane for one in its}
    as_it_was = f" as {lane_words(lanes.pop())}" if len(lanes) == 1 else " as they were"
    to = Counter(lane_words(one.to_lane) for one in its if one.to_lane)
    where = ", ".join(f"{n} {words}" for words, n in to.most_common())
    accepted = rule.decided - rule.overridden
    return (
        f"{rule.overridden_touched} of {rule.rule}'s {_n(rule.overridden, 'overridden draft')} and "
        f"{rule.accepted_touched} of its {accepted} accepted would not have been "
        f"offered{as_it_was} ({where})"
    )


def _others(found: Replay) -> str:
    decided = {one.case_id for one in found.decided if one.is_touched}
    others = [one for one in found.moved if one.case_id not in decided]
    n_cases = len({one.case_id for one in others})
    desks = _n(len(found.looked_at), "day")
    if not others:
        return f"no other case moves on the {desks} looked at"
    money = ", ".join(_amounts(others))
    verb = "moves" if n_cases == 1 else "move"
    return f"{_n(n_cases, 'other case')} {verb} on the {desks} looked at, {money}"


def _amounts(moved: Iterable[Moved]) -> list[str]:
    """One amount a currency: two are never added."""
    totals: dict[str, Decimal] = {}
    for one in moved:
        seen = one.latest
        totals[seen.currency] = totals.get(seen.currency, Decimal(0)) + seen.open_amount
    return [money_text(amount, currency) for currency, amount in sorted(totals.items())]


def _gone(found: Replay) -> Iterator[str]:
    if found.not_gone:
        n = len(found.not_gone)
        yield f"{_n(n, 'approved message')} would not have gone."


def _unknown(found: Replay) -> Iterator[str]:
    missing = [one for one in found.decided if one.fate == "not replayed"]
    if missing:
        yield (
            f"{_n(len(missing), 'decision')} cannot be replayed: the policy of today does not sort "
            "that day as it was sorted then."
        )


def _n(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def as_result(found: Replay) -> dict[str, Any]:
    """The `replay` verb's object."""
    return {
        "as_of": found.as_of,
        "days": found.days,
        "looked_at": list(found.looked_at),
        "policy_before": found.before,
        "policy_after": found.after,
        "changes": [asdict(change) for change in found.changes],
        "sentences": list(sentences(found)),
        "moves": [asdict(move) for move in found.moves],
        "moved": [moved_row(moved) for moved in found.moved],
        "rules": [{**asdict(rule), "reasons": dict(rule.reasons)} for rule in found.rules],
        "decided": [asdict(one) for one in found.decided],
        "not_gone": [one.case_id for one in found.not_gone],
    }


def moved_row(moved: Moved) -> dict[str, Any]:
    """One invoice that lies elsewhere, flat."""
    seen = moved.latest
    return {
        "invoice_id": seen.invoice_id,
        "customer_id": seen.customer_id,
        "customer_name": seen.customer_name,
        "from_lane": seen.before.lane,
        "from_rule": seen.before.rule,
        "to_lane": seen.after.lane,
        "to_rule": seen.after.rule,
        "open_amount": seen.open_amount,
        "currency": seen.currency,
        "first_on": moved.first_on,
        "last_on": seen.on,
        "n_days": moved.n_days,
    }


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The same as lines for people."""
    yield f"Replayed to {day_text(result['as_of'])}, {result['days']} days back."
    yield from result["sentences"]
    for move in result["moves"]:
        yield (
            f"  {move['from_lane']} ({move['from_rule']}) -> {move['to_lane']} "
            f"({move['to_rule']}): {_n(move['n_cases'], 'case')}, "
            f"{_n(move['n_invoices'], 'invoice')}, "
            f"{money_text(move['open_amount'], move['currency'])}"
        )
    for rule in result["rules"]:
        yield f"  {rule['rule']}: {rule['overridden']} of {rule['decided']} overridden{_why(rule)}"


def _why(rule: Mapping[str, Any]) -> str:
    said = [f"{n} {reason_words(code)}" for code, n in rule["reasons"].items()]
    return f" ({'; '.join(said)})" if said else ""


def reason_words(code: str) -> str:
    """What a reason's code says; an override without one is named as that."""
    return REASONS.get(code, "without a reason")
