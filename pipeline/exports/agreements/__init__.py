"""Agreements in, their terms out: each with the sentence that says so and where it stands.

Reading order: `documents` (PDF, DOCX and Markdown to paragraphs with a place), `clauses`
(sentences to terms), `reading` (a file from end to end).
"""

from pipeline.exports.agreements.clauses import Clause, find_clauses
from pipeline.exports.agreements.reading import read_agreement

__all__ = ["Clause", "find_clauses", "read_agreement"]
