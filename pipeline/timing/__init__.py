"""How long a manual follow-up takes, measured before go-live by the instrument used after it.

`drawing` says which follow-ups are timed, so that nobody can pick them; `stopwatch` records what
was measured and takes it back; `sample` says how many there are, and how many it takes.
"""

from pipeline.timing.drawing import ONE_IN, is_prompted
from pipeline.timing.sample import timing_sample
from pipeline.timing.stopwatch import LONGEST_STRETCH, last_timed, record_follow_up, take_back

__all__ = [
    "LONGEST_STRETCH",
    "ONE_IN",
    "is_prompted",
    "last_timed",
    "record_follow_up",
    "take_back",
    "timing_sample",
]
