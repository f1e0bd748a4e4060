"""The readout: one content, the same figures and words, written as HTML, PDF, PPTX or XLSX.

Reading order: `shapes` (what it is made of), `wording` (how each value reads), `content` (what is
said: `comparison`, `ruling`, `metrics`, `worth`, `provenance`), then the formats: `web` with
`drawing`, `printed`, `slides`, `workbook`; `writing` chooses among them. The same inputs give
the same bytes.
"""

from pipeline.report.content import readout
from pipeline.report.writing import FORMATS, rendered, write_readout

__all__ = ["FORMATS", "readout", "rendered", "write_readout"]
