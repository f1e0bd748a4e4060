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
    DisputeState,
    accept_dispute,
    assign_dispute,
    close_dispute,
    dispute_state,
    dispute_subject,
    flag_dispute,
)
from pipeline.deciding.promises import promise_subject, record_promise

__all__ = [
    "MATERIAL_EDIT_RATE",
    "DisputeState",
    "TimingKind",
    "accept_dispute",
    "assign_dispute",
    "close_dispute",
    "countersign",
    "countersigners",
    "decide",
    "decision_event",
    "dispute_state",
    "dispute_subject",
    "flag_dispute",
    "is_override",
    "is_stopped",
    "kill_switch",
    "promise_subject",
    "record_promise",
    "record_timing",
    "standing_decision",
    "undo",
]
