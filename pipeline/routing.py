"""The policy: which play each open invoice needs, by rules that a collections lead can read.

Rules are data, in order; the first that fires decides. A condition that cannot be told
(NULL) counts as fired on every lane but `routine`: unknown is never permission. Some rules
are not for choosing: the guards stand before any policy, so that no edit of it can send a
reminder on a disputed, held or not yet due invoice.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.model import (
    MESSAGE_LANES,
    Blocker,
    Case,
    CountbackError,
    FiredRule,
    Noun,
    Route,
    Rule,
    WrongCall,
    canonical_json,
    fingerprint,
)

#: A query within a condition; one for the day itself is the same whatever the rows.
_QUERY = re.compile(r"\b(select|from|table|values|pivot|describe|show)\b", re.IGNORECASE)
_THE_DAY = re.compile(r"\(\s*select\s+as_of\s+from\s+pilot\s*\)", re.IGNORECASE)
_SHIPPED = Path(__file__).parent / "policy.toml"

#: Where an invoice goes when nothing else applies.
ROUTINE = Rule(
    name="routine",
    lane="routine",
    when="true",
    because="{days_past_due} day(s) past due and nothing speaks against a reminder.",
)


class Policy(Noun):
    """An ordered list of rules, with the guards in their places."""

    rules: tuple[Rule, ...]
    blockers: tuple[tuple[str, str, str], ...]
    """(code, condition, sentence) of the guards that stop a draft within any lane; the checks
    that block do so beside them."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the rules as they are applied."""
        return fingerprint(canonical_json(self.model_dump(mode="json")))


class _Shipped(Noun):
    first_guards: tuple[Rule, ...]
    message_guards: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    blockers: tuple[tuple[str, str, str], ...]


@cache
def _shipped() -> _Shipped:
    data = tomllib.loads(_SHIPPED.read_text(encoding="utf-8"))
    guards = data["guard"]
    return _Shipped(
        first_guards=tuple(_rule(guard) for guard in guards if guard["place"] == "first"),
        message_guards=tuple(_rule(guard) for guard in guards if guard["place"] == "messages"),
        rules=tuple(Rule(**rule) for rule in data["rule"]),
        blockers=tuple((g["code"], g["when"], g["because"]) for g in guards if "code" in g),
    )


def _rule(guard: Mapping[str, Any]) -> Rule:
    return Rule(**{key: value for key, value in guard.items() if key not in ("place", "code")})


def policy(rules: Sequence[Mapping[str, Any]], place: str) -> Policy:
    """The policy to apply: the pilot's own rules, or the shipped ones when it has none.

    `place` is the file named in errors. Raises WrongCall for a rule that is not one.
    """
    own = tuple(_own(rule, n, place) for n, rule in enumerate(rules, 1) if not _is_off(rule, place))
    chosen = own if rules else _shipped().rules
    names = [rule.name for rule in chosen]
    for name in names:
        if names.count(name) > 1:
            raise WrongCall(f"{place}: two rules are called {name!r}: give each its own name.")
        if name in guard_names() or name == ROUTINE.name:
            raise WrongCall(
                f"{place}: rule {name!r} has the name of one that always stands: call it otherwise."
            )
    return Policy(
        rules=_with_guards(chosen),
        blockers=_shipped().blockers,
    )


def shipped_rules() -> tuple[Rule, ...]:
    """The rules that apply to a pilot with none of its own, without the guards."""
    return _shipped().rules


def _is_off(rule: Mapping[str, Any], place: str) -> bool:
    """Whether a rule is kept in the list but switched off."""
    off = rule.get("off", False)
    if not isinstance(off, bool):
        name = rule.get("name", "without a name")
        raise WrongCall(f"{place}: rule {name!r}: off is {off!r}: write true or false.")
    return off


def _own(rule: Mapping[str, Any], number: int, place: str) -> Rule:
    try:
        return Rule.model_validate({key: said for key, said in rule.items() if key != "off"})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in fault["loc"])
        name = rule.get("name", f"number {number}")
        given = "" if isinstance(fault["input"], Mapping) else f" (it says {fault['input']!r})"
        raise WrongCall(f"{place}: rule {name!r}: {key}{given}: {fault['msg']}.") from error


def _with_guards(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Hands-off and disputed first of all; not due and held before any message may go."""
    messages = [n for n, rule in enumerate(rules) if rule.lane in MESSAGE_LANES]
    split = messages[0] if messages else len(rules)
    shipped = _shipped()
    return (
        *shipped.first_guards,
        *rules[:split],
        *shipped.message_guards,
        *rules[split:],
        ROUTINE,
    )


def looks_beyond(policy: Policy) -> bool:
    """Whether a rule asks for more than its invoice's own row and the day: for other rows."""
    conditions = (rule.when for rule in policy.rules)
    return any(_QUERY.search(_THE_DAY.sub("", condition)) for condition in conditions)


def case_id(customer_id: str, lane: str, currency: str) -> str:
    """The name of what one person handles at once: stable from day to day."""
    return f"{customer_id}/{lane}/{currency}"


def customer_of(case: str) -> str:
    """The customer that a case's name begins with, whether or not there is such a case."""
    return case.rsplit("/", 2)[0]


def split_case_id(case: str) -> tuple[str, str, str]:
    """(customer_id, lane, currency) of a case's name; raises WrongCall when it is none."""
    parts = case.rsplit("/", 2)
    if len(parts) != 3 or not all(parts):
        raise WrongCall(
            f"{case!r} is no case: a case is CUSTOMER/LANE/CURRENCY, as `route` lists them."
        )
    return parts[0], parts[1], parts[2]


def route(row: Mapping[str, Any]) -> Route:
    """One open invoice's route, from its row with the rules that fired in order.

    `row["fired"]` holds {rule, lane, because} per fired rule; ROUTINE fires always.
    """
    winner, rest = _judged(row)
    return Route(
        invoice_id=row["invoice_id"],
        customer_id=row["customer_id"],
        lane=winner.lane,
        rule=winner.rule,
        because=winner.because,
        also=tuple(rule for rule in rest if rule.rule != ROUTINE.name),
        blockers=tuple(Blocker(**blocker) for blocker in row["blockers"]),
        exempted=tuple(Blocker(**blocker) for blocker in row["exempted"]),
        score=row["score"],
        value=row["value_amount"],
        case_id=case_id(row["customer_id"], winner.lane, row["currency"]),
        currency=row["currency"],
        open_amount=row["open_amount"],
    )


def winner(row: Mapping[str, Any]) -> FiredRule:
    """What decided one open invoice's lane: `row` has `fired` and `rerouted_to`."""
    return _judged(row)[0]


def _judged(row: Mapping[str, Any]) -> tuple[FiredRule, list[FiredRule]]:
    fired = [FiredRule(**rule) for rule in row["fired"]]
    if not fired:
        raise CountbackError(f"Invoice {row['invoice_id']} fired no rule: report this.")
    return _winner(fired, row.get("rerouted_to"))


def _winner(fired: list[FiredRule], rerouted_to: str | None) -> tuple[FiredRule, list[FiredRule]]:
    """The first rule that fired, unless a person has re-routed the invoice since.

    A person may move an invoice to any lane, but a message lane only when no guard fired.
    """
    guards = guard_names()
    guarded = [rule for rule in fired if rule.rule in guards]
    if rerouted_to and not (guarded and rerouted_to in MESSAGE_LANES):
        moved = FiredRule(
            rule="re-routed by a person",
            lane=rerouted_to,  # type: ignore[arg-type]  # validated by FiredRule
            because="A reviewer moved it here.",
        )
        return moved, fired
    return fired[0], fired[1:]


@cache
def guard_names() -> frozenset[str]:
    """The rules that no policy can lift."""
    shipped = _shipped()
    return frozenset(rule.name for rule in (*shipped.first_guards, *shipped.message_guards))


def cases(
    routes: Sequence[Route],
    rows: Mapping[str, Mapping[str, Any]],
    rates: Mapping[str, Decimal],
) -> list[Case]:
    """The routes gathered into cases: most value first, then by name. `rows` is by invoice.

    `rates` says what one unit of a currency is worth in the reporting one. What has no rate cannot
    be compared with the rest: it follows, currency by currency.
    """
    gathered: dict[str, list[Route]] = {}
    for found in routes:
        gathered.setdefault(found.case_id, []).append(found)
    return in_order([_case(name, members, rows) for name, members in gathered.items()], rates)


def in_order(found: Iterable[Case], rates: Mapping[str, Decimal]) -> list[Case]:
    """Cases with the most comparable money first, then by name."""
    return sorted(found, key=lambda case: _place(case, rates))


def _place(case: Case, rates: Mapping[str, Decimal]) -> tuple[str, Decimal, str]:
    if case.currency in rates:
        return "", -case.value * rates[case.currency], case.case_id
    return case.currency, -case.value, case.case_id


def _case(name: str, members: Sequence[Route], rows: Mapping[str, Mapping[str, Any]]) -> Case:
    oldest = max(
        members,
        key=lambda r: (
            rows[r.invoice_id]["days_past_due"] is not None,
            rows[r.invoice_id]["days_past_due"] or 0,
            r.invoice_id,
        ),
    )
    return Case(
        case_id=name,
        customer_id=oldest.customer_id,
        customer_name=rows[oldest.invoice_id]["customer_name"],
        lane=oldest.lane,
        currency=oldest.currency,
        invoice_ids=tuple(member.invoice_id for member in members),
        open_amount=sum((member.open_amount for member in members), start=type(oldest.value)(0)),
        value=sum((member.value for member in members), start=type(oldest.value)(0)),
        days_past_due=rows[oldest.invoice_id]["days_past_due"],
        rule=oldest.rule,
        because=oldest.because,
    )
