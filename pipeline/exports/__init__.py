"""Any export in; text tables in our columns, and the rows that were not taken, out.

Reading order: `kinds` (the thirteen tables and their columns), `layouts` (a TOML file
per system and report), `sketching` (encoding, delimiter, header, layout), `scanning`
(is the file plain?), `records` (the exact way for all others), `dates` (day or month
first), `results` (what comes out), `reading` (one table from end to end), `mail` and
`agreements` (files that are no tables), `opening` (which of them a file is for).
"""

from pipeline.exports.kinds import KINDS, Column, Kind
from pipeline.exports.layouts import Also, Layout, load_layout, load_layouts, recognise
from pipeline.exports.mail.reading import mails
from pipeline.exports.opening import content_digest, read
from pipeline.exports.results import (
    CsvSource,
    FrameSource,
    Question,
    Reading,
    RefusedRow,
    SkippedRow,
    Table,
)

__all__ = [
    "KINDS",
    "Also",
    "Column",
    "CsvSource",
    "FrameSource",
    "Kind",
    "Layout",
    "Question",
    "Reading",
    "RefusedRow",
    "SkippedRow",
    "Table",
    "content_digest",
    "load_layout",
    "load_layouts",
    "mails",
    "read",
    "recognise",
]
