"""The back-test card as lines to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def told(found: dict[str, Any]) -> Iterator[str]:
    """One line per statement."""
    yield found["sentence"]
    if "score" not in found:
        return
    judged, score = found["judged"], found["score"]
    yield (
        f"{found['weeks']} Mondays from {found['from']}, judged from {found['split_on']}: "
        f"{judged['n']} rows, {judged['still_open']} still open at their next age boundary"
    )
    if score["brier"] is not None:
        yield f"Brier {score['brier']:.3f}, skill over the base rate {_share(score['brier_skill'])}"
    if score["slope"] is not None:
        yield f"Calibration slope {score['slope']:.2f} (1 is as sure as it should be)"
    for order in found["orders"]:
        yield f"First fifth of the list, {order['order']}: {_order(order)}"
    yield found["against_oldest"]["sentence"]
    yield found["challenger"]["sentence"]
    for condition in found["challenger"]["conditions"]:
        state = {True: "met", False: "not met", None: "cannot tell"}[condition["is_met"]]
        yield f"  {condition['name']}: {state}. {condition['sentence']}"


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"


def _order(order: dict[str, Any]) -> str:
    said = f"{order['share']:.0%} of the money that stuck"
    if order["low"] is None:
        return said
    return (
        f"{said}; the queue finds {order['queue_finds_more']:+.0%} "
        f"(95% from {order['low']:+.0%} to {order['high']:+.0%})"
    )
