"""Guard lights: what could make a before/after comparison say what is not so (metrics 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pipeline.proving.cohorts import between, side
from pipeline.settings import Settings
from pipeline.statistics import DiffInDiff
from pipeline.statistics.power import CONTROLS
from pipeline.warehouse.day import Day, Row, Windows

#: Billing that moves more than this against the other window moves DSO without anyone paying.
BILLING_MOVE = 0.10
#: Written-off share of billings above which it is an exit worth a light.
WRITE_OFF_SHARE = 0.01
FEW_CUSTOMERS, TOO_FEW_CUSTOMERS = 15, 3
FEWEST_INVOICES = 80
#: Days before day 0 that a baseline should hold.
BASELINE_DAYS = 180


def _light(name: str, state: str, sentence: str) -> dict[str, str]:
    return {"name": name, "state": state, "sentence": sentence}


def guards(
    day: Day, settings: Settings, windows: Windows, result: DiffInDiff, invoices: int
) -> list[dict[str, str]]:
    """Every guard with its state (ok, warn, stop) and what it saw, in one sentence each."""
    rows = list(day.metric("billing_windows", windows=windows).rows)
    return [
        _overlap(settings),
        _billing(rows),
        _write_offs(rows),
        _customers(result),
        _control_size(result),
        _shared_parents(day),
        _invoices(invoices),
        _concentration(rows),
    ]


def _overlap(settings: Settings) -> dict[str, str]:
    if settings.overlap:
        return _light("overlap", "stop", settings.overlap)
    if not settings.windows.selection:
        return _light(
            "overlap",
            "warn",
            "pilot.toml does not say on which days the segment was selected: if they fall in the "
            "baseline, the segment drifts back to the mean by itself.",
        )
    return _light("overlap", "ok", "The segment was selected on days outside its baseline.")


def _arm(rows: Sequence[Row], arm: str, is_post: bool) -> Row | None:
    return next((r for r in rows if r["arm"] == arm and r["is_post"] == is_post), None)


def _billing(rows: Sequence[Row]) -> dict[str, str]:
    pre, post = _arm(rows, "SEGMENT", False), _arm(rows, "SEGMENT", True)
    if not pre or not post or not pre["billed"]:
        return _light("billing", "warn", "The segment was not billed in both windows.")
    moved = float(post["billed"] / pre["billed"]) - 1
    state = "warn" if abs(moved) > BILLING_MOVE else "ok"
    more = "DSO moves with it though nobody pays sooner or later" if state == "warn" else "steady"
    by = f"{moved:+.0%}".replace("-", "−")
    return _light("billing", state, f"The segment's billings moved by {by}: {more}.")


def _write_offs(rows: Sequence[Row]) -> dict[str, str]:
    post = _arm(rows, "SEGMENT", True)
    share = float(post["written_off"] / post["billed"]) if post and post["billed"] else 0.0
    state = "warn" if share > WRITE_OFF_SHARE else "ok"
    return _light(
        "write-offs", state, f"Written off after go-live: {share:.1%} of the segment's billings."
    )


def _customers(result: DiffInDiff) -> dict[str, str]:
    few = min(result.pilot_customers, result.control_customers)
    counts = f"{result.pilot_customers} pilot and {result.control_customers} control customers"
    if few < TOO_FEW_CUSTOMERS:
        return _light("customers", "stop", f"{counts}: too small to tell anything.")
    if few < FEW_CUSTOMERS:
        return _light(
            "customers", "warn", f"{counts}: too small to tell; read the permutation p as well."
        )
    return _light("customers", "ok", f"{counts}.")


def _control_size(result: DiffInDiff) -> dict[str, str]:
    inside, outside = result.pilot_customers, result.control_customers
    if not inside:
        return _light("control size", "warn", "The pilot has no customer to compare.")
    each = outside / inside
    state = "ok" if each >= CONTROLS else "warn"
    short = "" if state == "ok" else f": with {CONTROLS} the interval would be narrower"
    return _light(
        "control size", state, f"{each:.1f} control customers for each in the pilot{short}."
    )


def _shared_parents(day: Day) -> dict[str, str]:
    names = [row["customer_id"] for row in day.metric("control_siblings").rows]
    if not names:
        return _light(
            "shared parents", "ok", "No control customer has its parent among the pilot's."
        )
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return _light(
        "shared parents",
        "warn",
        f"Left out of the control, because a pilot customer has the same parent: {shown}; DSO "
        "still counts them until [control] where carves them out by name.",
    )


def _invoices(invoices: int) -> dict[str, str]:
    state = "ok" if invoices >= FEWEST_INVOICES else "warn"
    return _light(
        "invoices",
        state,
        f"{invoices} pilot invoices fell due after go-live"
        + ("." if state == "ok" else f": fewer than {FEWEST_INVOICES}, so the interval is wide."),
    )


def _concentration(rows: Sequence[Row]) -> dict[str, str]:
    post = _arm(rows, "SEGMENT", True)
    if not post:
        return _light("concentration", "warn", "Nothing was billed in the segment after go-live.")
    effective, largest = post["effective_customers"], post["largest_share"]
    state = "warn" if effective < 8 or largest > 0.25 else "ok"
    return _light(
        "concentration",
        state,
        f"By money the segment is {effective:.0f} equal customers wide; the largest has "
        f"{largest:.0%}.",
    )


def baseline(settings: Settings, start: date, first: date | None) -> dict[str, str]:
    """Whether 180 days before day 0 are known of both sides, from `first` due date on."""
    if first is None:
        return _light("baseline", "warn", "One side was never billed: there is no baseline.")
    opens, closes = first, start - timedelta(days=1)
    if given := settings.windows.baseline:
        opens, closes = max(opens, given[0]), min(closes, given[1])
    days = max(0, (closes - opens).days + 1)
    state = "ok" if days >= BASELINE_DAYS else "warn"
    short = "" if state == "ok" else f": {BASELINE_DAYS} days are wanted before day 0"
    return _light(
        "baseline", state, f"{days} days of baseline before day 0 are known of both sides{short}."
    )


def largest(found: tuple[str, float, DiffInDiff] | None, main: DiffInDiff) -> dict[str, str]:
    """Whether the answer stays the same without the pilot's largest customer."""
    if found is None:
        return _light("largest customer", "warn", "No money of the pilot fell due.")
    name, share, without = found
    if without.ci95 is None:
        return _light("largest customer", "warn", f"Without {name}: {without.why}")
    is_same = side(without.ci95) == side(main.ci95)
    said = "the same answer" if is_same else "another answer"
    return _light(
        "largest customer",
        "ok" if is_same else "warn",
        f"Without {name}, {share:.0%} of the pilot's money due, the change lies "
        f"{between(without.ci95)}: {said}.",
    )
