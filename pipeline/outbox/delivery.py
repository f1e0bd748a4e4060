"""Where an approval stands on its way out, by the entries about its case.

waiting -> sending -> sent | refused | unknown. A refusal that was not final lets it wait again.
`sending` and `unknown` are left by the run that claimed it, by the next run that finds the proof,
or by a person who says what happened; never by trying again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pipeline.model import Entry, Noun

State = Literal["waiting", "sending", "sent", "refused", "unknown"]
#: What a hand-over writes; every other entry leaves the state alone.
KINDS = frozenset({"handing_over", "handed_over", "hand_over_refused", "hand_over_unknown"})
#: The way out by which only a person can tell whether the message left.
BY_PERSON = "mailto"


class Delivery(Noun):
    """The state of one approval, with the entries that prove it."""

    state: State = "waiting"
    claim: Entry | None = None
    """The newest claim, if there ever was one."""
    last: Entry | None = None
    """The newest entry about its leaving."""

    @property
    def is_open(self) -> bool:
        """Whether it may have left without our knowing."""
        return self.state in ("sending", "unknown")


def delivery(entries: Iterable[Entry], event_id: str) -> Delivery:
    """The state of the approval with that id; `entries` are at least those about its case."""
    state: State = "waiting"
    claim = last = None
    for entry in entries:
        # A hand-over that names no decision counts for every one of its case.
        if entry.kind not in KINDS or entry.payload.get("event_id", event_id) != event_id:
            continue
        last = entry
        claim = entry if entry.kind == "handing_over" else claim
        state = _after(entry)
    return Delivery(state=state, claim=claim, last=last)


def _after(entry: Entry) -> State:
    if entry.kind == "handing_over":
        return "unknown" if entry.payload.get("channel") == BY_PERSON else "sending"
    if entry.kind == "hand_over_refused":
        return "refused" if entry.payload.get("is_final") else "waiting"
    return "sent" if entry.kind == "handed_over" else "unknown"
