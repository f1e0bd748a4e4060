"""Where to start? Collections beside five other processes and one's own, by one visible rubric.

Reading order: `rubric` (components, floor, bands; all in `rubric.toml`), `scoring` (points, band,
what would change it), `files` (candidates as TOML), `measuring` (what the books say about
collections), `ranking` (the answer and its reasons), `asking`.
"""

from pipeline.opportunity.asking import told, where_to_start
from pipeline.opportunity.files import FIELDS, Described, as_toml, described, read_processes
from pipeline.opportunity.measuring import measured
from pipeline.opportunity.ranking import OURS, candidates, opportunity
from pipeline.opportunity.rubric import shipped
from pipeline.opportunity.scoring import Candidate, Known, in_unit

__all__ = [
    "FIELDS",
    "OURS",
    "Candidate",
    "Described",
    "Known",
    "as_toml",
    "candidates",
    "described",
    "in_unit",
    "measured",
    "opportunity",
    "read_processes",
    "shipped",
    "told",
    "where_to_start",
]
