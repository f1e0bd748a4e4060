"""A readout written as a file of the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.model import WrongCall
from pipeline.pilot import Pilot
from pipeline.report.content import readout
from pipeline.report.printed import pdf_bytes
from pipeline.report.shapes import Readout
from pipeline.report.slides import pptx_bytes
from pipeline.report.web import html_bytes
from pipeline.report.workbook import xlsx_bytes
from pipeline.roi import Given, read_inputs

_OFFICE = "application/vnd.openxmlformats-officedocument"
#: Format -> (what writes it, its media type).
_WRITERS: dict[str, tuple[Callable[[Readout], bytes], str]] = {
    "html": (html_bytes, "text/html"),
    "pdf": (pdf_bytes, "application/pdf"),
    "pptx": (pptx_bytes, f"{_OFFICE}.presentationml.presentation"),
    "xlsx": (xlsx_bytes, f"{_OFFICE}.spreadsheetml.sheet"),
}
#: Format -> media type.
FORMATS = {name: media for name, (_, media) in _WRITERS.items()}


def rendered(found: Readout, kind: str) -> bytes:
    """The readout as the bytes of one format.

    Raises WrongCall for an unknown format, CountbackError when a PDF is asked for and there is no
    browser to print it.
    """
    if kind not in _WRITERS:
        raise WrongCall(f"--format {kind}: choose one of {', '.join(_WRITERS)}.")
    return _WRITERS[kind][0](found)


def write_readout(
    pilot: Pilot, kind: str, out: Path, as_of: date | None = None, inputs: Path | None = None
) -> dict[str, Any]:
    """Writes the file and says what is in it; nothing is left behind when it cannot be made.

    Raises WrongCall when the place cannot be written to, CountbackError for empty books.
    """
    given = read_inputs(inputs) if inputs else Given()
    with pilot.day(as_of) as day:
        found = readout(pilot, day, given)
    content = rendered(found, kind)
    half = out.with_name(f".{out.name}.half")
    try:
        half.write_bytes(content)
        half.replace(out)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise WrongCall(f"--out {out}: cannot be written ({error.strerror}).") from error
    return {
        "file": str(out),
        "format": kind,
        "as_of": found.as_of,
        "bytes": len(content),
        "verdict": found.verdict,
        "what_next": found.what_next,
        "title": found.title,
    }
