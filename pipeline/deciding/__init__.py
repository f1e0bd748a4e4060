"""What people decide: the rules an act must meet, and the event it leaves in the record."""

from pipeline.deciding.cases import (
    MATERIAL_EDIT_RATE,
    TimingKind,
    decide,
    decision_event,
    is_override,
    is_stopped,
    kill_switch,
    record_timing,
    standing_decision,
    undo,
)
from pipeline.deciding.countersigning import countersign, countersigners
from pipeline.deciding.disputes import (
    DECISIONS,
    DisputeState,
    accept_dispute,
    assign_dispute,
    close_dispute,
    decide_dispute,
    dispute_state,
    dispute_subject,
    flag_dispute,
    note_evidence,
    undo_dispute_step,
)
from pipeline.deciding.marking import MARKS_OF, SEVERITIES, mark_override, take_back_mark
from pipeline.deciding.promises import promise_subject, record_promise
from pipeline.deciding.reach import touched

__all__ = [
    "DECISIONS",
    "MARKS_OF",
    "MATERIAL_EDIT_RATE",
    "SEVERITIES",
    "DisputeState",
    "TimingKind",
    "accept_dispute",
    "assign_dispute",
    "close_dispute",
    "countersign",
    "countersigners",
    "decide",
    "decide_dispute",
    "decision_event",
    "dispute_state",
    "dispute_subject",
    "flag_dispute",
    "is_override",
    "is_stopped",
    "kill_switch",
    "mark_override",
    "note_evidence",
    "promise_subject",
    "record_promise",
    "record_timing",
    "standing_decision",
    "take_back_mark",
    "touched",
    "undo",
    "undo_dispute_step",
]
