"""What every file below a folder is taken for, each read alone: `layouts`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from pipeline.exports import Layout, load_layouts
from pipeline.exports.confined import ConfinedReader, lent_reader
from pipeline.exports.gathering import exports_below
from pipeline.exports.proposing_looking import nearest
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.unknown_exports import closest_in_words
from pipeline.verbs.calling import AddVerb, Result
from pipeline.warehouse.one_file import OneFile, read_alone

_STATES = ("read", "question", "unrecognised", "refused", "not_used")
#: States of which a person should know.
_NEED_A_PERSON = ("question", "unrecognised", "refused")
_HEAD = (
    "file",
    "taken for",
    "rows",
    "loaded",
    "refused",
    "skipped",
    "totals",
    "remarks",
)
_ALIGNED = ("---", "---", "---:", "---:", "---:", "---:", "---", "---")
#: What tells a system's records apart in the names of their files.
_HASH = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NAMED_AFTER = re.compile(r"^(a further line) of .*$", re.DOTALL)


def _layouts(call: argparse.Namespace) -> tuple[Result, int]:
    folder = Path(call.folder)
    if not folder.exists():
        raise WrongCall(f"{folder}: there is no such file or folder to look through.")
    pilot = Pilot.open(Path(call.pilot)) if call.pilot else None
    known = pilot.layouts if pilot else load_layouts()
    currency = (pilot.settings.pilot.currency if pilot else "") or "USD"
    found = [(folder.name, folder)] if folder.is_file() else exports_below(folder)
    files = outcomes(found, known, currency, _progress(call))
    call.told = as_markdown if call.markdown else told
    counts = Counter(file["state"] for file in files)
    result = {
        "folder": str(folder),
        "currency": currency,
        "files": files,
        "counts": {state: counts[state] for state in _STATES},
    }
    return result, 1 if any(counts[state] for state in _NEED_A_PERSON) else 0


def outcomes(
    files: Iterable[tuple[str, Path]],
    layouts: Sequence[Layout],
    currency: str,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Result]:
    """What becomes of each file, by (name, path), read as if it were alone."""
    with lent_reader(layouts) as reader:
        return [_outcome(name, path, reader, layouts, currency, progress) for name, path in files]


def _outcome(
    name: str,
    path: Path,
    reader: ConfinedReader,
    layouts: Sequence[Layout],
    currency: str,
    progress: Callable[[str], None],
) -> Result:
    called = os.fsencode(name).decode("utf-8", "backslashreplace")
    progress(f"Reading {called}")
    try:
        one = read_alone(path, called, reader, currency)
    except CountbackError as fault:
        return {**_BLANK, "file": called, "state": "refused", "why": str(fault)}
    return _described(one, layouts)


#: What is said of a file of which nothing is known.
_BLANK: Result = {
    **dict.fromkeys(("format", "title", "kind", "sheet", "report_as_of", "question")),
    **dict.fromkeys(("rows", "accepted", "refused", "skipped"), 0),
    **{name: [] for name in ("sheets", "choices", "refused_for", "skipped_for", "warnings")},
    "totals": {},
}


def _described(one: OneFile, layouts: Sequence[Layout]) -> Result:
    file, reading = one.report, one.reading
    return {
        "file": file.file,
        "state": file.state,
        "format": file.format,
        "title": file.title,
        "kind": file.kind,
        "sheet": reading.sheet,
        "sheets": [{"sheet": sheet, "format": name or None} for sheet, name in reading.sheets],
        "report_as_of": reading.report_as_of,
        "rows": file.rows,
        "accepted": file.accepted,
        "refused": file.refused,
        "skipped": file.skipped,
        "totals": file.totals,
        "question": file.question,
        "choices": list(file.choices),
        "why": _why(one, layouts),
        "refused_for": _grouped((f"{it.column}: {it.reason}", it.row) for it in file.reasons),
        "skipped_for": _grouped(
            (_NAMED_AFTER.sub(r"\1", it.why), it.row) for it in reading.skipped
        ),
        "warnings": list(file.warnings),
    }


def _why(one: OneFile, layouts: Sequence[Layout]) -> str | None:
    """Why a file is not loaded: a sentence that begins with its name."""
    if one.report.state == "unrecognised":
        near = nearest(one.reading.columns, layouts)
        return f"{closest_in_words(one.report.file, near).removesuffix('.')}: map it."
    return one.report.note


def _grouped(told: Iterable[tuple[str, int | None]]) -> list[Result]:
    """Each reason once, with how many rows it holds for; the most frequent first."""
    rows = dict.fromkeys(told)
    return [{"why": why, "n": n} for why, n in Counter(why for why, _ in rows).most_common()]


def _progress(call: argparse.Namespace) -> Callable[[str], None]:
    if call.json or not sys.stderr.isatty():
        return lambda _: None
    return lambda text: print(text, file=sys.stderr)


# --- for people ----------------------------------------------------------------------------------


def told(result: Result) -> Iterator[str]:
    """One paragraph a file: what it was taken for, its rows, its totals, and what to know."""
    for file in result["files"]:
        yield f"{file['file']}: {_taken_for(file)}"
        if file["state"] == "read":
            yield (
                f"  {file['rows']:,} rows: {file['accepted']:,} loaded, {file['refused']:,} "
                f"refused, {file['skipped']:,} skipped{_with_totals(file)}"
            )
        yield from (f"  {remark}" for remark in _remarks(file))
    yield _summary(result)


def as_markdown(result: Result) -> Iterator[str]:
    """The table as Markdown; single records of one kind stand together in one row."""
    yield from _table([_HEAD, _ALIGNED, *map(_cells, _folded(result["files"]))])
    yield ""
    yield _summary(result)


def _summary(result: Result) -> str:
    counts = result["counts"]
    words = {
        "read": "read",
        "question": "waiting for an answer",
        "unrecognised": "fit no layout",
        "refused": "refused",
        "not_used": "known and not used",
    }
    return f"{len(result['files']):,} files: " + ", ".join(
        f"{counts[state]:,} {words[state]}" for state in _STATES
    )


def _table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _folded(files: Sequence[Result]) -> list[Result]:
    """Files whose names differ in a record's hash only, and that came out alike, as one."""
    groups: dict[tuple[str, ...], list[Result]] = {}
    for file in files:
        name = _HASH.sub("*", file["file"])
        groups.setdefault((name, file["state"], str(file["format"])), []).append(file)
    return [_together(key[0], group) for key, group in groups.items()]


def _together(name: str, group: Sequence[Result]) -> Result:
    first = group[0]
    if len(group) == 1:
        return first
    totals: Counter[str] = Counter()
    for file in group:
        totals.update(file["totals"])
    counts = {
        key: sum(file[key] for file in group) for key in ("rows", "accepted", "refused", "skipped")
    }
    lists = {key: _merged(group, key) for key in ("refused_for", "skipped_for")}
    warnings = list(dict.fromkeys(text for file in group for text in file["warnings"]))
    # What is said of one file by its name holds for that one only.
    warnings = [text for text in warnings if not _HASH.search(text)]
    return {
        **first,
        "file": f"{name} ({len(group):,} files)",
        **counts,
        **lists,
        "totals": dict(totals),
        "warnings": warnings,
    }


def _merged(group: Sequence[Result], key: str) -> list[Result]:
    found: Counter[str] = Counter()
    for file in group:
        found.update({it["why"]: it["n"] for it in file[key]})
    return [{"why": why, "n": n} for why, n in found.most_common()]


def _cells(file: Result) -> tuple[str, ...]:
    counts = [f"{file[key]:,}" for key in ("rows", "accepted", "refused", "skipped")]
    if file["state"] != "read":
        counts = ["–"] * len(counts)
    totals = "; ".join(_money(file["totals"]))
    return file["file"], _taken_for(file), *counts, totals, " ".join(_remarks(file))


def _taken_for(file: Result) -> str:
    if file["state"] == "read" or file["format"]:
        sheet = f", sheet {file['sheet']}" if len(file["sheets"]) > 1 else ""
        return f"{file['format']} ({file['kind']}{sheet})"
    words = {"not_used": "not used", "unrecognised": "no layout"}
    return words.get(file["state"]) or str(file["state"])


def _with_totals(file: Result) -> str:
    return "".join(f"; {text}" for text in _money(file["totals"]))


def _money(totals: Mapping[str, Decimal]) -> list[str]:
    return [f"{currency} {amount:,.2f}" for currency, amount in sorted(totals.items())]


def _remarks(file: Result) -> list[str]:
    """Why it is not loaded, what it asks, why rows are missing, and what to know of the rest."""
    said = []
    if file["why"]:
        said.append(_sentence(file["why"].removeprefix(f"{file['file']}: ")))
    if file["question"]:
        said.append(f"Asks: {file['question']} ({' / '.join(file['choices'])})")
    for verb in ("refused", "skipped"):
        if reasons := file[f"{verb}_for"]:
            listed = "; ".join(f"{it['n']:,} {it['why']}" for it in reasons)
            said.append(f"{verb.capitalize()}: {listed}.")
    warnings = (text.removeprefix(f"{file['file']}: ") for text in file["warnings"])
    return [*said, *map(_sentence, warnings)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def add(verb: AddVerb) -> None:
    """The verb that looks through a folder and leaves no pilot behind."""
    looked = verb("layouts", _layouts, "what every file of a folder is taken for, and why not")
    looked.add_argument("folder", metavar="FOLDER")
    looked.add_argument("--markdown", action="store_true", help="print a Markdown table")
