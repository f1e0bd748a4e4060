"""A session's result as lines to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def told(result: dict[str, Any]) -> Iterator[str]:
    """One line per person, pair, rule and disagreement."""
    yield (
        f"Session {result['session']}: {result['n']} invoices as of {result['on_day']}, "
        f"drawn with seed {result['seed']}"
    )
    for one in result["people"]:
        state = "closed" if one["is_closed"] else f"{one['left']} left"
        yield f"{one['person']}: {one['sorted']} sorted, {one['skipped']} skipped, {state}"
    if not result["with_policy"]:
        yield "Nobody has closed their part yet, so there is nothing to compare."
    for one in result["with_policy"]:
        yield f"{one['person']} and the policy. {one['sentence']}"
        yield from (f"  {_rule(rule)}" for rule in one["by_rule"])
    for one in result["between_people"]:
        yield f"{one['first']} and {one['second']}. {one['sentence']}"
    for one in result["disagreements"]:
        yield (
            f"{one['invoice_id']} ({one['customer']}): {one['person']} says {one['sorted']}, "
            f"the policy {one['lane']} ({one['rule']})"
        )
        yield from (f"  {change}" for change in one["changes"])


def _rule(rule: dict[str, Any]) -> str:
    kappa = "no kappa"
    if rule["kappa"] is not None:
        kappa = (
            f"kappa {rule['kappa']:.2f} "
            f"(95% from {rule['kappa_low']:.2f} to {rule['kappa_high']:.2f})"
        )
    return f"{rule['rule']}: {rule['k']} of {rule['n']} alike, {kappa}, {rule['verdict']}"
