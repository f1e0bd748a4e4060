"""The text of a PDF's pages. Apart, because importing its reader takes longer than most files."""

from __future__ import annotations

import zlib
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

MOST_PAGES = 400
#: What a reader of PDF is known to raise on damaged files, besides its own errors.
DAMAGED = (
    PyPdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    EOFError,
    zlib.error,
)


def pages(path: Path) -> list[str] | None:
    """The text of each page, of the first 400; None when it is locked by a password."""
    reader = PdfReader(path)
    if reader.is_encrypted:
        return None
    return [page.extract_text() for page, _ in zip(reader.pages, range(MOST_PAGES), strict=False)]
