"""Are they the same kinds of invoices before and after? What they are made of, and with that held.

Slow payers who become more numerous look like customers who became slower. The standardised
estimate weighs each kind after go-live as heavily as it weighed before it, on either side.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipeline.proving.cohorts import cohort, side
from pipeline.statistics import DiffInDiff
from pipeline.statistics import before_after as difference_in_differences

Found = dict[str, Any]
#: Share of the pilot's invoices that may change kind before it calls for doubt.
MOVED = 0.10
_PARTS = {"tier": "class", "terms": "terms", "size": "size"}
_SIZES = ("small", "middle", "large")
_KIND = ["is_pilot", "kind"]


def with_sizes(traits: pl.DataFrame) -> pl.DataFrame:
    """The traits with a size: thirds of the pilot's invoices before go-live, by amount."""
    before = traits.filter(pl.col("is_pilot") & ~pl.col("is_post"))["reporting"].to_numpy()
    edges = np.quantile(before, [1 / 3, 2 / 3]) if len(before) else np.zeros(2)
    place = np.searchsorted(edges, traits["reporting"].to_numpy())
    return traits.with_columns(pl.Series("size", [_SIZES[at] for at in place], dtype=pl.String))


def composition(traits: pl.DataFrame) -> list[Found]:
    """The pilot's invoices by class, terms and size: how many before and after, and their share."""
    pilot = traits.filter(pl.col("is_pilot"))
    n = {post: pilot.filter(pl.col("is_post") == post).height for post in (False, True)}
    found = []
    for column, name in _PARTS.items():
        counts = pilot.group_by(column).agg(
            before=(~pl.col("is_post")).sum(), after=pl.col("is_post").sum()
        )
        for value, before, after in counts.sort(column).iter_rows():
            found.append(
                {
                    "part": name,
                    "value": value,
                    "before": before,
                    "after": after,
                    "share_before": before / n[False] if n[False] else None,
                    "share_after": after / n[True] if n[True] else None,
                }
            )
    return found


def moved(parts: list[Found], name: str) -> float | None:
    """Share of the pilot's invoices (0-1) that would have to change kind to be as before.

    Half the sum of the differences of shares; None when a window is empty.
    """
    of = [part for part in parts if part["part"] == name]
    if not of or any(None in (part["share_before"], part["share_after"]) for part in of):
        return None
    return float(sum(abs(part["share_after"] - part["share_before"]) for part in of)) / 2


def standardised(rows: pl.DataFrame, traits: pl.DataFrame) -> tuple[DiffInDiff, int]:
    """The estimate with each side's kinds as they were before, and how many invoices drop out.

    A kind is class, terms and size together. Invoices after go-live are weighted by the share that
    their kind had before, over the share that it has after; a kind that one window lacks is left
    out of both. The jackknife takes these weights as given.
    """
    kind = pl.concat_str(list(_PARTS), separator="\x1f")
    known = traits.select("invoice_key", "is_post", kind.alias("kind"))
    part = rows.filter(pl.col("basis") == "count").join(
        known, on=["invoice_key", "is_post"], how="left", maintain_order="left"
    )
    counts = part.group_by(_KIND).agg(
        before=(~pl.col("is_post")).sum(), after=pl.col("is_post").sum()
    )
    kept = counts.filter((pl.col("before") > 0) & (pl.col("after") > 0))
    shared = part.join(kept, on=_KIND, how="inner", maintain_order="left")
    total = pl.col("before").sum().over("is_pilot"), pl.col("after").sum().over("is_pilot")
    shares = kept.with_columns(
        ratio=(pl.col("before") / total[0]) / (pl.col("after") / total[1])
    ).select(*_KIND, "ratio")
    shared = shared.join(shares, on=_KIND, how="left", maintain_order="left")
    weights = np.where(shared["is_post"].to_numpy(), shared["ratio"].to_numpy(), 1.0)
    return difference_in_differences(cohort(shared, "count", weights)), part.height - shared.height


def mix_light(parts: list[Found], held: DiffInDiff, dropped: int, main: DiffInDiff) -> Found:
    """Doubt when the pilot's invoices are of other kinds, or the answer changes with them held."""
    shifts = {name: moved(parts, name) for name in _PARTS.values()}
    known = {name: shift for name, shift in shifts.items() if shift is not None}
    if len(known) < len(shifts):
        return _light("warn", "The segment has no invoice in one of the windows.")
    most = max(known, key=lambda name: known[name])
    said = f"By {most}, {known[most]:.0%} of the pilot's invoices are of another kind than before"
    state = "warn" if known[most] > MOVED else "ok"
    if side(held.ci95) != side(main.ci95):
        state = "warn"
        said = f"{said}; with class, terms and size held as they were the answer is another one"
    left = f" ({dropped} invoices have no like before or after)" if dropped else ""
    return _light(state, f"{said}.{left}")


def _light(state: str, sentence: str) -> Found:
    return {"name": "mix", "state": state, "sentence": sentence}
