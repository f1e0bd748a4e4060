"""The record on paper: what is listed, entry by entry, with its head and whether it verifies.

The same rows as on the page; nothing is left out without being said. It holds no script and asks
for nothing from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape
from typing import NamedTuple

from pipeline.drafting.tokens import day_text
from pipeline.ledger import Verification
from pipeline.model import Entry

Row = Mapping[str, object]

#: More entries than this are for the file, not for paper.
MOST = 2_000
#: What the chain is, in the words of the page.
CHAIN = (
    "Each entry is sealed with SHA-256 over all that it says and over the seal of the one before, "
    "so that changing one changes every seal after it. The seals hold no names; what they seal "
    "does: the texts as they were decided, with the names and addresses in them."
)
_STYLE = (
    "@page{size:A4 landscape;margin:12mm 12mm 16mm;"
    "@bottom-right{content:'Page ' counter(page) ' of ' counter(pages);font:8pt Georgia,serif}}"
    "body{font:9pt/1.35 Georgia,serif;margin:1.5em;color:#000;background:#fff}h1{font-size:16pt}"
    "h2{font-size:11pt;margin:1.2em 0 .3em}p{margin:.2em 0}table{border-collapse:collapse;"
    "width:100%;margin-top:.6em}td,th{border-bottom:1px solid #999;padding:.2em .4em;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}th{border-bottom:1.5px solid #000}"
    "thead{display:table-header-group}tr{break-inside:avoid}.n{text-align:right}"
    ".seal{font-family:monospace;font-size:8pt}pre{white-space:pre-wrap;margin:.2em 0 .8em;"
    "font:8.5pt/1.35 Georgia,serif;border-left:2px solid #999;padding-left:.6em}"
    "@media print{body{margin:0}}"
)


class Paper(NamedTuple):
    """What is printed of the record."""

    title: str
    as_of: date
    checked: Verification
    entries: int
    """In the whole record."""
    listed: Sequence[tuple[Row, Entry]]
    """Each entry with its row as the page shows it."""
    chosen: str
    """How these entries were chosen, as a sentence; empty when they are all."""
    with_texts: bool
    synthetic: bool


def record_html(paper: Paper) -> bytes:
    """One HTML document; the same bytes for the same record."""
    shown = paper.listed[:MOST]
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(paper.title)}</title>',
        f"<style>{_STYLE}</style></head><body><h1>{escape(paper.title)}</h1>",
        *(["<p><strong>Synthetic data</strong></p>"] if paper.synthetic else []),
        *(f"<p>{escape(said)}</p>" for said in _head(paper, len(shown))),
        *_table([row for row, _ in shown], [entry for _, entry in shown]),
        *(_texts([entry for _, entry in shown]) if paper.with_texts else []),
        "</body></html>",
    ]
    return "\n".join(parts).encode("utf-8")


def _head(paper: Paper, shown: int) -> Iterator[str]:
    checked = paper.checked
    if checked.ok:
        yield f"Verified: nothing was changed. {paper.entries:,} entries, head {checked.head}."
    else:
        yield f"NOT VERIFIED. {checked.why}"
    listed = f"{len(paper.listed):,} of {paper.entries:,} entries are listed, newest first"
    yield f"{listed}. {paper.chosen}".rstrip()
    if shown < len(paper.listed):
        yield (
            f"Only the newest {shown:,} of them are on paper; save the whole record for the rest."
        )
    yield CHAIN


def _table(rows: Sequence[Row], entries: Sequence[Entry]) -> Iterator[str]:
    if not rows:
        return
    names = [*rows[0]]
    heads = "".join(f"<th>{escape(name)}</th>" for name in [*names, "Seal"])
    yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
    for row, entry in zip(rows, entries, strict=True):
        cells = "".join(f"<td>{escape(_cell(row[name]))}</td>" for name in names)
        yield f"<tr>{cells}<td class=seal>{entry.hash[:16]}</td></tr>"
    yield "</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, date):
        return day_text(value)
    return "" if value is None else str(value)


def _texts(entries: Sequence[Entry]) -> Iterator[str]:
    """Draft and final text of each decision that has one."""
    for entry in entries:
        if not entry.payload.get("final_body"):
            continue
        yield f"<h2>Entry {entry.seq}: {escape(entry.subject)}</h2>"
        subject = entry.payload.get("subject") or ""
        drafted = entry.payload.get("draft_subject") or subject
        for said, first, body in (
            ("Draft", drafted, entry.payload.get("draft_body") or ""),
            ("Final text", subject, entry.payload["final_body"]),
        ):
            text = f"{first}\n\n{body}"
            yield f"<p>{said}</p><pre>{escape(text)}</pre>"
