"""The agreement as one page to print: black on white, with a line for the signature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from pipeline.protocol.charter import Charter
from pipeline.protocol.signing import Signed, Step

_STYLE = (
    "body{font:10.5pt/1.4 Georgia,serif;max-width:46em;margin:2em auto;padding:0 1em;color:#000;"
    "background:#fff}h1{font-size:18pt}h2{font-size:11pt;margin:1.1em 0 .2em}p{margin:0}"
    "table{border-collapse:collapse;width:100%;margin-top:.4em}"
    "td,th{border:1px solid #999;padding:.25em .5em;text-align:left;vertical-align:top}"
    ".line{margin-top:3em;border-top:1px solid #000;width:20em;padding-top:.3em}"
    "@media print{body{margin:0}}"
)


def printed(
    title: str, agreed: Charter, stands: Signed | None, path: Sequence[Step], *, synthetic: bool
) -> str:
    """A whole HTML document without scripts or outside references; the same for the same inputs."""
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            *(["<p><strong>Synthetic data</strong></p>"] if synthetic else []),
            *_clauses(agreed),
            *_path(path),
            *_changes(stands),
            f"<p class=line>{escape(_signature(stands))}</p>",
            f"<p>Fingerprint {agreed.fingerprint[:16]}</p>",
            "</body></html>",
        ]
    )


def _clauses(agreed: Charter) -> Iterable[str]:
    for clause in agreed.clauses:
        yield f"<h2>{escape(clause.heading)}</h2><p>{escape(clause.says)}</p>"


def _path(path: Sequence[Step]) -> Iterable[str]:
    if not path:
        return
    yield "<h2>From due to paid, as it is done today</h2><table>"
    yield "<tr><th>Step</th><th>Who</th><th>Where it is known</th><th>Minutes</th></tr>"
    for one in path:
        cells = (one.step, one.who, one.where, f"{one.minutes:g}")
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table>"


def _changes(stands: Signed | None) -> Iterable[str]:
    for entry in stands.changes if stands else ():
        said = f"{entry.on_day}, {entry.by}: {entry.payload['reason']}"
        what = ", ".join(name for name, *_ in entry.payload["differs"])
        yield f"<h2>Changed after it was signed</h2><p>{escape(said)} ({escape(what)})</p>"


def _signature(stands: Signed | None) -> str:
    if stands is None:
        return "Name, date"
    return f"Signed by {stands.by}, {stands.at:%Y-%m-%d %H:%M} UTC, on the books of {stands.on_day}"
