"""The draw on the record and in pilot.toml: before go-live, by a named person, once.

The file is written first and the record second; a record that cannot be written puts the file
back. Withdrawing, possible until go-live, leaves the draw on the record with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.deciding.cases import check_named
from pipeline.holdout.drawing import RATIOS, Family, Lot, draw_lots
from pipeline.holdout.keeping import SUBJECT, held
from pipeline.holdout.likeness import history
from pipeline.holdout.settings_text import control_as_written, with_control
from pipeline.model import CountbackError, Entry, Event, WrongCall, fingerprint
from pipeline.pilot import Pilot
from pipeline.settings import Settings
from pipeline.warehouse.day import Row

#: Fewer families than this cannot be divided so that both sides say something.
FEWEST = 6


def draw(
    pilot: Pilot, *, ratio: str, by: str, now: datetime, on_day: date, seed: str = ""
) -> Entry:
    """Draw the holdout of the pilot's segment, record it, and make it the control in pilot.toml.

    Without a `seed`, the one that the pilot's own agreement gives. Raises CountbackError after
    go-live, when one is drawn already, or when the segment is too small; WrongCall when the call
    does not fit.
    """
    check_named(by)
    if ratio not in RATIOS:
        raise WrongCall(f"{ratio!r} is no ratio: pilot to holdout is {' or '.join(RATIOS)}.")
    fresh = pilot.fresh()
    entries = fresh.entries()
    _check_before_go_live(fresh, entries, on_day)
    stands = held(entries)
    if stands is not None:
        raise CountbackError(
            f"{stands.entry.by} drew the holdout on {stands.entry.on_day}: withdraw it first, with "
            "the reason."
        )
    with fresh.day(on_day) as day:
        rows = [row for row in history(day, fresh.settings) if row["arm"] == "SEGMENT"]
    families = _families(rows)
    if len(families) < FEWEST:
        raise CountbackError(
            f"The segment has {len(families)} families of customers, {FEWEST} are needed to draw "
            "from: widen it."
        )
    seed = seed.strip() or own_seed(fresh.settings)
    lots = draw_lots(families, ratio, seed)
    payload = _payload(lots, ratio, seed, control_as_written(fresh.folder / "pilot.toml"))
    where = f"coalesce(parent_id, customer_id) in ({_listed(payload['families'])})"
    event = _event("holdout_drawn", payload, by, now, on_day)
    return _put(fresh, event, lambda text: with_control(text, "holdout", where))


def withdraw(pilot: Pilot, *, reason: str, by: str, now: datetime, on_day: date) -> Entry:
    """Take the draw back before go-live; pilot.toml names the control that it named before."""
    check_named(by)
    if not reason.strip():
        raise WrongCall("To withdraw the holdout needs its reason: drawing again must not be free.")
    fresh = pilot.fresh()
    entries = fresh.entries()
    stands = held(entries)
    if stands is None:
        raise CountbackError("No holdout is drawn: there is nothing to withdraw.")
    _check_before_go_live(fresh, entries, on_day)
    said = {"reason": " ".join(reason.split()), "fingerprint": stands.entry.payload["fingerprint"]}
    kind, where = stands.entry.payload["control_before"]
    event = _event("holdout_withdrawn", said, by, now, on_day)
    return _put(fresh, event, lambda text: with_control(text, kind, where))


def own_seed(settings: Settings) -> str:
    """A seed that follows from what the pilot is, so that nobody can look for a better one."""
    pilot = settings.pilot
    return fingerprint(pilot.name, str(pilot.started_on), settings.segment.where)[:16]


def _check_before_go_live(pilot: Pilot, entries: Sequence[Entry], on_day: date) -> None:
    live = pilot.settings.go_live_on
    if live is None:
        raise CountbackError("No day 0 is set: set started_on in [pilot] of pilot.toml first.")
    if not pilot.settings.segment.where:
        raise CountbackError("No segment is chosen: choose one under Prepare › Segment first.")
    known = max([on_day, pilot.as_of(), *(entry.on_day for entry in entries)])
    if known >= live:
        raise CountbackError(
            f"Go-live was {live} and the pilot knows {known}: a holdout is drawn before anybody "
            "can have seen what comes of it."
        )


def _families(rows: Sequence[Row]) -> list[Family]:
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        members[row["cluster"]].append(row)
    return [_family(name, those) for name, those in sorted(members.items())]


def _family(name: str, rows: Sequence[Row]) -> Family:
    late = [row["median_days_late"] for row in rows if row["median_days_late"] is not None]
    return Family(
        name=name,
        customer_ids=tuple(row["customer_id"] for row in rows),
        billed=sum(row["billed_amount"] or 0.0 for row in rows),
        days_late=sum(late) / len(late) if late else None,
    )


def _payload(lots: Sequence[Lot], ratio: str, seed: str, before: tuple[str, str]) -> dict[str, Any]:
    waiting = [lot for lot in lots if lot.is_held]
    families = sorted(lot.family.name for lot in waiting)
    return {
        "ratio": ratio,
        "seed": seed,
        "families": families,
        "customers": sorted(c for lot in waiting for c in lot.family.customer_ids),
        "pilot_customers": sorted(
            c for lot in lots if not lot.is_held for c in lot.family.customer_ids
        ),
        "strata": _strata(lots),
        "fingerprint": fingerprint(*families),
        "control_before": list(before),
    }


def _strata(lots: Sequence[Lot]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for lot in lots:
        counts[lot.size, lot.lateness][lot.is_held] += 1
    return [
        {"size": size, "lateness": lateness, "pilot": pilot, "holdout": waiting}
        for (size, lateness), (pilot, waiting) in counts.items()
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join("'" + name.replace("'", "''") + "'" for name in names)


def _event(kind: str, payload: dict[str, Any], by: str, now: datetime, on_day: date) -> Event:
    return Event(
        kind=kind,  # type: ignore[arg-type]  # one of the two of this file
        subject=SUBJECT,
        by=by,
        at=now,
        on_day=on_day,
        payload=payload,
    )


def _put(pilot: Pilot, event: Event, changed: Callable[[str], str]) -> Entry:
    """File first, record second; a record that cannot be written puts the file back."""
    pilot.require(event.kind, event.payload)
    path = pilot.folder / "pilot.toml"
    earlier = path.read_bytes()
    _write(path, changed(earlier.decode("utf-8-sig")).encode())
    try:
        with closing(pilot.ledger()) as ledger:
            about = ledger.about(SUBJECT)
            return ledger.append(event, expected_version=about[-1].version if about else 0)
    except CountbackError:
        _write(path, earlier)
        raise


def _write(path: Path, content: bytes) -> None:
    """All or nothing: a reader sees the old file or the new one."""
    coming = path.with_name(".pilot.toml.coming")
    try:
        coming.write_bytes(content)
        coming.replace(path)
    except OSError as error:
        coming.unlink(missing_ok=True)
        raise CountbackError(
            f"{path}: cannot be written ({error.strerror}): free some disk space or make the "
            "folder writable, and try again."
        ) from error
