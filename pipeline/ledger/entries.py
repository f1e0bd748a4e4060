"""An event on its way into the record and back: as plain values, as a stored row, as an `Entry`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from pipeline.ledger.chain import Head, seal
from pipeline.model import (
    CountbackError,
    Entry,
    Event,
    WrongCall,
    canonical_json,
    fingerprint,
)

#: Under this key the payload, as it is sealed, says whose entry it is (`issuer|subject`), where
#: roles say who may do what. An event never says it itself: the record does.
ACTOR = "actor"

_DONE = {
    "draft_prepared": "given a new draft",
    "decision_countersigned": "countersigned by a second person",
    "undone": "put back to undecided",
    "dispute_flagged": "flagged",
    "dispute_assigned": "assigned to {owner}",
    "dispute_accepted": "accepted",
    "dispute_evidence": "given evidence",
    "dispute_decided": "decided ({decision})",
    "dispute_closed": "closed",
    "dispute_undone": "put back one step",
    "seeded_check_answered": "answered as a check",
    "handing_over": "about to be handed over",
    "handed_over": "handed over to the mail system",
    "hand_over_refused": "not handed over",
    "hand_over_unknown": "left in doubt: it may have been handed over",
    "batch_approved": "approved in a batch",
    "correction_proposed": "corrected",
    "correction_confirmed": "confirmed by a second person",
    "correction_undone": "put back to what the export says",
    "exemption_granted": "exempted until {expires_on}",
    "exemption_ended": "held to the check again",
    "fix_assigned": "given to {person}",
    "item_filed": "filed under {customer_id}",
    "reply_closed": "closed as {label}",
    "reply_reopened": "opened again",
    "reply_labelled": "read by {model}",
    "twins_judged": "judged",
    "protocol_frozen": "signed",
    "protocol_changed": "changed after it was signed",
    "path_documented": "written down",
    "phase_changed": "moved to {to}",
    "holdout_drawn": "drawn by lot",
    "holdout_withdrawn": "withdrawn before go-live",
    "timing_undone": "taken back",
    "policy_changed": "changed ({words})",
    "override_marked": "marked as {severity}",
    "task_assigned": "given to {person}",
    "task_closed": "done",
    "task_reopened": "opened again",
    "sorting_opened": "opened for sorting by instinct",
    "sorting_answered": "sorted by instinct",
    "sorting_undone": "put back to unsorted",
    "sorting_closed": "closed for this person",
    "sorting_seen": "looked at before sorting",
    "erased": "erased, as far as texts about it go",
    "role_granted": "changed ({role} granted)",
    "role_removed": "changed ({role} removed)",
}
#: What an entry did that says nothing any more of what it was about.
_TAKEN_BACK = {
    "fix_assigned": ("person", "given back"),
    "item_filed": ("customer_id", "unfiled"),
    "twins_judged": ("is_same", "unjudged"),
    "override_marked": ("severity", "unmarked"),
    "task_assigned": ("person", "given back"),
}
_DECIDED = {
    "approve": "approved",
    "edit": "approved with edits",
    "reroute": "re-routed to the {new_lane} lane",
    "hold": "put on hold until {hold_until}",
    "reject": "rejected",
}


def what_happened(entry: Entry) -> str:
    """What the entry did to its subject, as the end of "it was …"."""
    if entry.kind == "decision":
        words = _DECIDED.get(str(entry.payload.get("verdict")), "decided")
    else:
        words = _DONE.get(entry.kind, "changed")
        word, taken_back = _TAKEN_BACK.get(entry.kind, ("", ""))
        words = taken_back if word and entry.payload.get(word) is None else words
    try:
        return words.format_map(entry.payload)
    except KeyError:
        return words.partition(" {")[0]


def plain_event(event: Event) -> dict[str, Any]:
    """The event as plain JSON values; refuses what could not be read back the same."""
    if event.at.utcoffset() is None:
        raise WrongCall(
            f"The time {event.at.isoformat()} of {event.kind} on {event.subject} has no time zone: "
            "give it in UTC."
        )
    if ACTOR in event.payload:
        raise WrongCall(
            f"The {event.kind} on {event.subject} says itself whose it is: the record says that."
        )
    try:
        return _through_json(event)
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongCall(
            f"The {event.kind} on {event.subject!a} cannot be recorded ({error}): "
            "it holds a value that JSON or UTF-8 cannot."
        ) from error


def _through_json(event: Event) -> dict[str, Any]:
    # json.loads rather than the payload itself: an entry says the same before it was
    # written and after it was read again.
    row = {
        "kind": event.kind,
        "subject": event.subject,
        "by": event.by,
        "at": _instant(event.at),
        "on_day": event.on_day.isoformat(),
        "payload": json.loads(canonical_json(event.payload), parse_constant=_refuse_constant),
    }
    canonical_json(row).encode()
    return row


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _instant(at: datetime) -> str:
    """Always UTC and always six decimals, so that the texts sort as the instants do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def sealed_row(
    row: Mapping[str, Any], version: int, event_id: str | None, head: Head
) -> dict[str, Any]:
    """The stored row that follows `head`, with its id, its hash and its payload as text.

    The default id depends on what is said alone, so the same history has the same ids.
    """
    told = (row["kind"], row["subject"], str(version), row["at"], row["by"])
    plain = {
        **row,
        "seq": head.entries + 1,
        "event_id": event_id or fingerprint(*told)[:32],
        "version": version,
        "previous": head.hash,
    }
    return {**plain, "hash": seal(plain), "payload": canonical_json(row["payload"])}


def entry_of(row: Mapping[str, Any]) -> Entry:
    """A stored row as an `Entry`."""
    try:
        payload = json.loads(row["payload"])
        actor = payload.pop(ACTOR, "")
        return Entry(
            **{
                **row,
                "payload": payload,
                "actor": actor,
                "at": datetime.fromisoformat(row["at"]),
                "on_day": date.fromisoformat(row["on_day"]),
            }
        )
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise CountbackError(
            f"Entry {row['seq']} of the record cannot be read, it was changed after it was "
            "written: run verify, and restore the record from a copy."
        ) from error


def plain_entry(entry: Entry) -> dict[str, Any]:
    """The entry as the chain hashes and exports it."""
    plain = {**entry.model_dump(), "at": _instant(entry.at), "on_day": entry.on_day.isoformat()}
    actor = plain.pop(ACTOR, "")
    return {**plain, "payload": {**entry.payload, ACTOR: actor}} if actor else plain


def plain_row(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """A stored row as the chain hashes it; None when its payload is not as it was written."""
    try:
        payload = json.loads(row["payload"])
        return {**row, "payload": payload} if canonical_json(payload) == row["payload"] else None
    except (TypeError, ValueError, RecursionError):
        return None


def rows_from(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The stored rows of an export that was verified; its closing line is none of them."""
    *entries, _ = [json.loads(line) for line in lines]
    return [{**row, "payload": canonical_json(row["payload"])} for row in entries]


def same_event(known: Entry, row: Mapping[str, Any]) -> Entry:
    """The entry that already stands, if it says what is to be written; else a refusal."""
    plain = plain_entry(known)
    if all(plain[name] == value for name, value in row.items()):
        return known
    raise CountbackError(
        f"The id {known.event_id} already stands for the {known.kind} on {known.subject} by "
        f"{known.by}, which says something else: nothing was written; use another id."
    )
