"""The sorting session: a sample of open invoices sorted by instinct, then laid beside the policy.

Reading order: `sampling` (which invoices), `sessions` (what is recorded), `cards` (what a person
sees), `results` (who agrees with whom), `moving` (what would have to change), `clarity`.
"""

from pipeline.sorting_session.cards import Card, cards
from pipeline.sorting_session.clarity import Clarity, routing_clarity
from pipeline.sorting_session.results import result
from pipeline.sorting_session.sampling import USUAL_SIZE, sample
from pipeline.sorting_session.sessions import (
    CHOICES,
    Part,
    SortingSession,
    answer,
    close_part,
    look,
    open_session,
    session_named,
    sessions,
    undo_answer,
)
from pipeline.sorting_session.telling import told

__all__ = [
    "CHOICES",
    "USUAL_SIZE",
    "Card",
    "Clarity",
    "Part",
    "SortingSession",
    "answer",
    "cards",
    "close_part",
    "look",
    "open_session",
    "result",
    "routing_clarity",
    "sample",
    "session_named",
    "sessions",
    "told",
    "undo_answer",
]
