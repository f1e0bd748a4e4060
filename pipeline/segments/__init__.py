"""Which customers to pilot on: clean enough to trust, large enough to tell (metrics 4).

Reading order: `candidates` (every way to cut a segment), `spans` (when it is looked at),
`scoring` (how clean it is), `paying` (what there is to win, and what could be seen), `gates` (what
it must pass), `waterfall` (what a pilot may handle), `choosing` (all of it, and which one),
`weighing` (under other weights), `remedies` (what to do about a gate), `telling` (in words),
`behind` (the rows), `toml` (for pilot.toml), `asking`.
"""

from pipeline.segments.asking import segments
from pipeline.segments.behind import open_invoices
from pipeline.segments.choosing import choose, own_segment_gates
from pipeline.segments.scoring import LABELS, Measure, components, score
from pipeline.segments.telling import told
from pipeline.segments.toml import as_toml
from pipeline.segments.weighing import reweighed

__all__ = [
    "LABELS",
    "Measure",
    "as_toml",
    "choose",
    "components",
    "open_invoices",
    "own_segment_gates",
    "reweighed",
    "score",
    "segments",
    "told",
]
