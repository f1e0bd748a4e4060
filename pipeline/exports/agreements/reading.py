"""One agreement from end to end: a row of `contracts`, and the sentences that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import polars as pl

from pipeline.exports.agreements.clauses import Clause, find_clauses, settled
from pipeline.exports.agreements.documents import ENDINGS, NotReadable, paragraphs
from pipeline.exports.layouts import Layout, Recognise
from pipeline.exports.results import FrameSource, Reading, Table

#: Folders whose documents are agreements, and beginnings of their names elsewhere.
FOLDERS = frozenset({"contracts", "contract", "agreements", "verträge", "contrats", "contratos"})
_NAMED = ("contract", "agreement", "msa", "order form", "order-form", "vertrag", "contrat")
#: No agreement is older: stands for a start that the document does not say.
UNKNOWN_START = "1900-01-01"
COLUMNS = ("contract_id", "customer_id", "starts_on", "terms", "po_required")
_CELLS = (*COLUMNS, "clauses")
#: One clause as it lies in the frame.
CLAUSE = pl.Struct(dict.fromkeys(("term", "value", "quote", "place"), pl.String()))
#: A document has no header row to be recognised by; its layout only says what its cells mean.
AGREEMENT = Layout(
    name="agreement",
    title="Agreement in prose (PDF, DOCX, Markdown)",
    kind="contracts",
    recognise=Recognise.model_validate({"headers": ["clauses"]}),
    columns={name: (name,) for name in COLUMNS},
)


def is_agreement(name: str) -> bool:
    """Whether a file of this name (with its folders) is an agreement to be read as prose."""
    place = PurePosixPath(name.replace("\\", "/"))
    if place.suffix.lower() not in ENDINGS:
        return False
    inside = any(folder.lower() in FOLDERS for folder in place.parts[:-1])
    if place.suffix.lower() == ".txt":
        return inside
    return inside or place.stem.lower().startswith(_NAMED)


def read_agreement(path: Path, name: str) -> Reading:
    """The agreement's terms; a document that cannot be read is refused by name."""
    try:
        clauses = find_clauses(paragraphs(path))
    except NotReadable as fault:
        return replace(_blank(name), refusal=f"{name}: {fault}.")
    row = {
        "_row": 1,
        "contract_id": name,
        "customer_id": _whose(name),
        "starts_on": settled(clauses, "starts_on") or UNKNOWN_START,
        "terms": settled(clauses, "payment_terms") or None,
        "po_required": settled(clauses, "po_required") or None,
        "clauses": [clause.__dict__ for clause in clauses],
    }
    schema = {"_row": pl.Int64(), **dict.fromkeys(COLUMNS, pl.String()), "clauses": pl.List(CLAUSE)}
    return replace(
        _blank(name),
        source=FrameSource(pl.DataFrame([row], schema=schema)),
        rows=1,
        warnings=_warnings(clauses),
        tables=(Table(kind="contracts", columns={c: (c,) for c in COLUMNS}, defaults={}),),
    )


def _warnings(clauses: Sequence[Clause]) -> tuple[str, ...]:
    stated = [clause for clause in clauses if clause.term == "payment_terms"]
    if not stated:
        return ("No sentence says within how many days an invoice is due.",)
    if not settled(clauses, "payment_terms"):
        said = "; ".join(f"{clause.place}: {clause.quote[:120]}" for clause in stated[:3])
        return (f"Its sentences do not agree on one number of days, so none was taken ({said}).",)
    return ()


def _whose(name: str) -> str:
    """Whom the file is filed under: its folder below the contracts' folder, else its own name.

    The warehouse compares it with the customers; what names none of them is listed.
    """
    place = PurePosixPath(name.replace("\\", "/"))
    below = [folder for folder in place.parts[:-1] if folder.lower() not in FOLDERS]
    return below[-1] if below else place.stem


def _blank(name: str) -> Reading:
    return Reading(name, layout=AGREEMENT, columns=_CELLS)
