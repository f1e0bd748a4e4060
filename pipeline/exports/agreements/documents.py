"""PDF, DOCX and Markdown to paragraphs, each with its place, within limits.

Nothing is fetched and nothing in the document is run: from a DOCX only the text of its main
part is read, from a PDF only the text of its pages.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

from pipeline.exports.mail.charsets import cleaned, decoded

#: Bytes of a document, files in a DOCX, bytes of its text once unpacked.
MOST_BYTES = 30_000_000
MOST_ENTRIES = 2_000
MOST_UNPACKED = 40_000_000
#: How many times its packed size the text may take: real ones stay below thirty.
MOST_TIMES = 200
#: Paragraphs and characters that are looked at.
MOST_PARAGRAPHS = 20_000
MOST_TEXT = 3_000_000

ENDINGS = (".pdf", ".docx", ".md", ".markdown", ".txt")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MARKS = re.compile(
    r"<[^<>]{1,400}>|\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|^\s*(?:#{1,6}|[-+>])\s+", re.MULTILINE
)


class NotReadable(Exception):
    """The document is refused; the message is a predicate such as "is locked by a password"."""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of text on one line, and where to find it: `page 7` or `paragraph 12`."""

    text: str
    place: str


def paragraphs(path: Path) -> list[Paragraph]:
    """Every paragraph with text; raises `NotReadable` with the reason."""
    if path.stat().st_size > MOST_BYTES:
        raise NotReadable(f"is larger than {MOST_BYTES // 1_000_000} MB")
    readers = {".pdf": _pdf, ".docx": _docx}
    read = readers.get(path.suffix.lower(), _markdown)
    found: list[Paragraph] = []
    size = 0
    for paragraph in read(path):
        size += len(paragraph.text)
        if len(found) >= MOST_PARAGRAPHS or size > MOST_TEXT:
            break
        found.append(paragraph)
    if not found:
        raise NotReadable("holds no text; a scan must be made readable first")
    return found


def _pdf(path: Path) -> Iterator[Paragraph]:
    # Costs a quarter of a second, which only a PDF is worth.
    from pipeline.exports.agreements.pdf import DAMAGED, pages  # noqa: PLC0415

    try:
        texts = pages(path)
    except DAMAGED as error:
        raise NotReadable("is no PDF, or is damaged: save it again") from error
    if texts is None:
        raise NotReadable("is locked by a password: save it without")
    for number, text in enumerate(texts, 1):
        for block in re.split(r"\n\s*\n", cleaned(text)):
            yield from _one(block, f"page {number}")


def _markdown(path: Path) -> Iterator[Paragraph]:
    data = path.read_bytes()
    if b"\0" in data[:4_096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotReadable("is not text")
    charset = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    blocks = re.split(r"\n[ \t]*\n|\n(?=\s*(?:\d+\.|[-*+]|#{1,6}) )", decoded(data, charset))
    for number, block in enumerate(blocks, 1):
        yield from _one(unescape(_MARKS.sub("", block)), f"paragraph {number}")


def _docx(path: Path) -> Iterator[Paragraph]:
    text = _main_part(path)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise NotReadable("declares its own XML entities, which no word processor does")
    try:
        root = ET.fromstring(text)  # noqa: S314 - no DTD, hence no entities; size is bounded
    except ET.ParseError as error:
        raise NotReadable("is damaged: its text is no valid XML") from error
    for number, paragraph in enumerate(root.iter(f"{_W}p"), 1):
        yield from _one(_said(paragraph), f"paragraph {number}")


def _said(paragraph: ET.Element) -> str:
    """The text of a paragraph; what was struck out as a tracked change is no longer said."""
    words = []
    for run in paragraph.iter():
        if run.tag == f"{_W}t":
            words.append(run.text or "")
        elif run.tag in (f"{_W}tab", f"{_W}br"):
            words.append(" ")
    return "".join(words)


def _main_part(path: Path) -> bytes:
    """The unpacked text of a DOCX, its size checked before and while it is unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            if len(packed.infolist()) > MOST_ENTRIES:
                raise NotReadable(f"holds more than {MOST_ENTRIES:,} files")
            entry = packed.getinfo("word/document.xml")
            most = min(MOST_UNPACKED, max(entry.compress_size, 10_000) * MOST_TIMES)
            with packed.open(entry) as part:
                text = part.read(most + 1)
    except KeyError as error:
        raise NotReadable("is no DOCX: it has no text part") from error
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise NotReadable("is no DOCX, is locked, or is damaged: save it again") from error
    if len(text) > most:
        raise NotReadable("unpacks to far more text than a document holds")
    return text


def _one(block: str, place: str) -> Iterator[Paragraph]:
    text = " ".join(cleaned(block).split())
    if text:
        yield Paragraph(text, place)
