"""Freezing the agreement in the record; afterwards a change is an event with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, Noun, WrongCall
from pipeline.protocol.charter import Charter
from pipeline.settings import Settings

SUBJECT = "protocol"
PATH = "path to paid"


class Step(Noun):
    """One step of the way from due to paid, as the team does it today."""

    step: str
    who: str = ""
    where: str = ""
    """Where the information for it lives."""
    minutes: float = Field(default=0.0, ge=0, le=10_000)


class Signed(Noun):
    """The agreement as it stands in the record."""

    charter: Charter
    by: str
    at: datetime
    on_day: date
    changes: tuple[Entry, ...] = ()
    """Every later change, oldest first."""


def signed(entries: Iterable[Entry]) -> Signed | None:
    """What was frozen, with its changes; None while nothing is."""
    found: Signed | None = None
    for entry in entries:
        if entry.kind == "protocol_frozen":
            found = Signed(
                charter=Charter(**entry.payload["charter"]),
                by=entry.by,
                at=entry.at,
                on_day=entry.on_day,
            )
        elif entry.kind == "protocol_changed" and found is not None:
            found = found.model_copy(
                update={
                    "charter": Charter(**entry.payload["charter"]),
                    "changes": (*found.changes, entry),
                }
            )
    return found


def sign(
    ledger: Ledger, agreed: Charter, settings: Settings, *, by: str, now: datetime, on_day: date
) -> Entry:
    """Freeze the agreement under a name.

    Raises CountbackError when one is frozen already, or when the settings cannot carry a
    comparison: no start, segment or control, or windows that overlap.
    """
    check_named(by)
    about = ledger.about(SUBJECT)
    if about:
        raise CountbackError(
            f"The protocol was signed by {about[0].by} on {about[0].on_day}: record a change, with "
            "its reason."
        )
    if missing := missing_for(settings):
        raise CountbackError(f"Nothing can be agreed on yet: {missing}")
    payload = {"charter": agreed.model_dump(mode="json"), "fingerprint": agreed.fingerprint}
    return ledger.append(_event("protocol_frozen", payload, by, now, on_day), expected_version=0)


def missing_for(settings: Settings) -> str:
    """What pilot.toml still lacks before anything can be signed; empty when nothing."""
    for said, what in (
        (settings.pilot.started_on, "set started_on in [pilot]: the day 0."),
        (settings.segment.where, "choose the segment on the page Segment."),
        (settings.control.where, "choose whom it is compared with, [control] where."),
    ):
        if not said:
            return what
    return settings.overlap


def amend(
    ledger: Ledger, now_says: Charter, reason: str, *, by: str, now: datetime, on_day: date
) -> Entry:
    """Record that the agreement changed after it was signed, clause by clause, and why.

    Raises CountbackError while nothing is signed or nothing differs; WrongCall without a reason.
    """
    check_named(by)
    about = ledger.about(SUBJECT)
    stands = signed(about)
    if stands is None:
        raise CountbackError("Nothing is signed yet: sign the protocol first.")
    differs = stands.charter.differs(now_says)
    if not differs:
        raise CountbackError("Nothing differs from what was signed.")
    if not reason.strip():
        raise WrongCall("A change of what was agreed needs its reason.")
    payload = {
        "charter": now_says.model_dump(mode="json"),
        "fingerprint": now_says.fingerprint,
        "reason": " ".join(reason.split()),
        "differs": [list(one) for one in differs],
    }
    event = _event("protocol_changed", payload, by, now, on_day)
    return ledger.append(event, expected_version=about[-1].version)


def document_path(
    ledger: Ledger, steps: Sequence[Step], *, by: str, now: datetime, on_day: date
) -> Entry:
    """Record the steps from due to paid as they are done today; the last record counts."""
    check_named(by)
    named = [one for one in steps if one.step.strip()]
    if not named:
        raise WrongCall("The path has no step: say what is done first, and by whom.")
    payload = {"steps": [one.model_dump(mode="json") for one in named]}
    about = ledger.about(PATH)
    event = Event(
        kind="path_documented", subject=PATH, by=by, at=now, on_day=on_day, payload=payload
    )
    return ledger.append(event, expected_version=about[-1].version if about else 0)


def path_of(entries: Iterable[Entry]) -> tuple[Step, ...]:
    """The steps that were recorded last; none when nobody did."""
    last = [entry for entry in entries if entry.kind == "path_documented"]
    return tuple(Step(**one) for one in last[-1].payload["steps"]) if last else ()


def _event(kind: str, payload: dict[str, Any], by: str, now: datetime, on_day: date) -> Event:
    return Event(
        kind=kind,  # type: ignore[arg-type]  # one of the two of this file
        subject=SUBJECT,
        by=by,
        at=now,
        on_day=on_day,
        payload=payload,
    )
