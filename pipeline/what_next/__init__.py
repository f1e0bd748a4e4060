"""Extend, hold or stop: the pilot judged by the rule that was written before its data.

Reading order: `rule` (which rule holds, since when, by whom), `harm` (what messages did),
`conditions` (each part of the rule against what was measured), `extending` (where to go on, and
what to mend first), `judging` (all of it).
"""

from pipeline.what_next.conditions import Condition
from pipeline.what_next.judging import what_next
from pipeline.what_next.rule import Fixed, fixed_rule

__all__ = ["Condition", "Fixed", "fixed_rule", "what_next"]
