"""How far an entry reaches: whether what it changes is one customer's, or may be anybody's."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Entry

#: What moves no invoice.
_NOBODY = frozenset(
    {
        *("timing", "timing_undone", "seeded_check_answered", "decision_countersigned"),
        *("batch_approved", "phase_changed"),
        *("override_marked", "task_assigned", "task_closed", "task_reopened"),
    }
)
#: What says itself whose it is, and moves nobody else's.
_ITS_OWN = frozenset({"decision", "reply_closed", "reply_reopened", "reply_labelled"})


def touched(now: Sequence[Entry], before: Sequence[Entry]) -> frozenset[str] | None:
    """The customers whose invoices the entries since `before` may route otherwise.

    None: nobody can tell, so the whole book is to be routed. Decisions and closed messages, also
    when taken back, reach their own customer; whatever is not known to stop there reaches
    everybody.
    """
    n = len(before)
    if len(now) < n or (n and now[n - 1].hash != before[-1].hash):
        return None
    decisions = {entry.event_id: entry for entry in now if entry.kind == "decision"}
    found: set[str] = set()
    for entry in now[n:]:
        if entry.kind in _NOBODY:
            continue
        decided = (
            decisions.get(str(entry.payload.get("event_id"))) if entry.kind == "undone" else entry
        )
        if decided is None or decided.kind not in _ITS_OWN:
            return None
        found.add(str(decided.payload["customer_id"]))
    return frozenset(found)
