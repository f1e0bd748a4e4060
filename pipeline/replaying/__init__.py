"""The policy changed on paper: what the last weeks would have looked like, sorted by it.

Reading order: `proposal` (a changed policy, and what is changed), `sorting` (every open invoice
by the old and the new policy, as of past days), `comparing` (what moves, and what becomes of the
drafts that people decided), `telling` (the same in words), `editing` (a rule's numbers, words and
counts), `saving` (into pilot.toml and the record, and back). A replay is about sorting alone: it
says nothing of what customers or reviewers would have done.
"""

from pipeline.replaying.comparing import Replay, replay
from pipeline.replaying.proposal import Change, Proposal, as_it_stands, changes, read_proposal
from pipeline.replaying.telling import NOT_A_CAUSE, as_result, lane_words, told

__all__ = [
    "NOT_A_CAUSE",
    "Change",
    "Proposal",
    "Replay",
    "as_it_stands",
    "as_result",
    "changes",
    "lane_words",
    "read_proposal",
    "replay",
    "told",
]
