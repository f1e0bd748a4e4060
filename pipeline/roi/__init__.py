"""Does it pay? The case for a pilot, which may well be negative.

Reading order: `inputs` (what it rests on), `files` (a scenario as TOML), `measuring` (what the
pilot itself says), `scenario` (which value counts), `reckoning` (the sums, exact and by draws),
`spread` (tornado and band), `case` (all of it in words and figures), `asking`, `told`.
"""

from pipeline.roi.asking import dollar_in, roi, roi_of
from pipeline.roi.case import case
from pipeline.roi.files import Given, as_toml, given_inputs, read_inputs
from pipeline.roi.inputs import GRADES, GROUPS, SORTS, Input, Scenario
from pipeline.roi.measuring import chase_weeks, measured, scope_of
from pipeline.roi.scenario import chosen
from pipeline.roi.told import told

__all__ = [
    "GRADES",
    "GROUPS",
    "SORTS",
    "Given",
    "Input",
    "Scenario",
    "as_toml",
    "case",
    "chase_weeks",
    "chosen",
    "dollar_in",
    "given_inputs",
    "measured",
    "read_inputs",
    "roi",
    "roi_of",
    "scope_of",
    "told",
]
