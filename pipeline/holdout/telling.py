"""The holdout in plain lines for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def told(found: Mapping[str, Any]) -> Iterator[str]:
    """The result of `holdout`: the draw, its strata, and the similarity table."""
    yield found["sentence"]
    if found["is_drawn"]:
        yield f"Seed {found['seed']}, list {found['fingerprint'][:16]}, draw {found['draws']}"
        for one in found["strata"]:
            name = f"{one['size']}, {one['lateness']}"
            yield f"  {name:<22} pilot {one['pilot']:>3}  holdout {one['holdout']:>3}"
    alike = found["likeness"]
    if alike is None:
        return
    yield f"Pilot {alike['pilot_customers']}, control {alike['control_customers']} customers"
    for row in alike["rows"]:
        apart = row["standardised_difference"]
        said = "undefined" if apart is None else f"{apart:+.2f} sd"
        yield f"  {row['trait']:<34} {_figure(row['pilot'])} {_figure(row['control'])}  {said:>10}"
    for names, why in (
        (alike["siblings"], "share a parent with a pilot customer: carve them out"),
        (alike["in_both"], "are named by segment and control both: they are in neither"),
    ):
        if names:
            yield f"{', '.join(names)} {why}."


def _figure(value: float | None) -> str:
    return f"{'–':>12}" if value is None else f"{value:>12,.2f}"
