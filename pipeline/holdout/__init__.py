"""Who waits: a holdout drawn by lot inside the segment, before go-live, and kept to day 90.

Reading order: `drawing` (the lot, stratified and seeded), `recording` (drawn once, on the record
and in pilot.toml), `keeping` (whose drafts stay on the old process), `likeness` (how alike pilot
and control are), `asking` and `telling`.
"""

from pipeline.holdout.asking import holdout
from pipeline.holdout.drawing import RATIOS, Family, Lot, draw_lots
from pipeline.holdout.keeping import Held, held, why_held
from pipeline.holdout.likeness import likeness
from pipeline.holdout.recording import draw, withdraw
from pipeline.holdout.telling import told

__all__ = [
    "RATIOS",
    "Family",
    "Held",
    "Lot",
    "draw",
    "draw_lots",
    "held",
    "holdout",
    "likeness",
    "told",
    "why_held",
    "withdraw",
]
