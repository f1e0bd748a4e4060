"""Extend, hold or stop: the pilot judged by the rule that was written before its data.

Reading order: `rule` (which rule holds, since when, by whom), `harm` (what messages did),
`conditions` (each part of the rule against what was measured), `extending` (where to go on, and
what to mend first), `judging` (all of it), `targets` (what was agreed for each metric).
"""

from pipeline.what_next.conditions import Condition
from pipeline.what_next.judging import what_next
from pipeline.what_next.rule import Fixed, fixed_rule
from pipeline.what_next.targets import Target, targets

__all__ = ["Condition", "Fixed", "Target", "fixed_rule", "targets", "what_next"]
