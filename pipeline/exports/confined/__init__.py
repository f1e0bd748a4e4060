"""Strangers' files are opened in a process of their own, which may die of them.

Reading order: `limits` (what a file may take), `child` (the process that reads), `parcel` (how a
reading comes out of it, and what is checked), `looking` (the same for a closer look), `process`
(the child as its parent holds it), `reader` (one child for all files of a load), `lending` (which
outlives the load for a while), `ahead` (the next file while this one is taken in).
"""

from pipeline.exports.confined.ahead import Stamp, read_in_turn, stamp
from pipeline.exports.confined.lending import lent_reader
from pipeline.exports.confined.reader import ConfinedReader

__all__ = ["ConfinedReader", "Stamp", "lent_reader", "read_in_turn", "stamp"]
