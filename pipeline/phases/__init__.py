"""How free the pilot is: what each phase allows, what lets it go on, who said so.

Reading order: `standing` (which phase holds on a day, and what that allows), `criteria` (what is
measured before the next one), `moving` (going on and going back, on the record), `asking` (all of
it in one shape), `telling` (in words).
"""

from pipeline.phases.asking import phases
from pipeline.phases.criteria import Criterion, criteria
from pipeline.phases.moving import go_back, go_on
from pipeline.phases.standing import (
    PHASES,
    SUBJECT,
    Standing,
    begins_on,
    following,
    standing,
)
from pipeline.phases.telling import told

__all__ = [
    "PHASES",
    "SUBJECT",
    "Criterion",
    "Standing",
    "begins_on",
    "criteria",
    "following",
    "go_back",
    "go_on",
    "phases",
    "standing",
    "told",
]
