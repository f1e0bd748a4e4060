"""Did it work? The four metrics by week, and before and after against a control.

Reading order: `four_metrics` (minutes, dollars aging, dispute hours, overrides), `guards`
(what could make the comparison lie), `read_outs` (which invoices are compared, and when),
`cohorts` (from the books into the statistics), `history` (the same before there was anything to
find), `mix` and `sensitivities` (the same done otherwise), `ladder` (how good a design it is),
`before_after` (the comparison, its interval, its verdict), `limits` (what it does not prove),
`overriding` (overrides by rule, lane, reason and week).
"""

from pipeline.proving.before_after import before_after, dso_lines, latest_read_out
from pipeline.proving.four_metrics import four_metrics
from pipeline.proving.limits import not_proven
from pipeline.proving.overriding import OverrideParts, override_parts
from pipeline.proving.read_outs import READ_OUTS

__all__ = [
    "READ_OUTS",
    "OverrideParts",
    "before_after",
    "dso_lines",
    "four_metrics",
    "latest_read_out",
    "not_proven",
    "override_parts",
]
