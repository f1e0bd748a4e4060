"""How much of an unknown export is proposed right: `python -m pipeline.exports.proposing_measure`.

Takes files that a shipped layout reads, forgets that layout, and compares what is proposed with
what the layout says: once with the headers, once with the cells alone. Prints a Markdown table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.exports.layouts import Layout, header_key, load_layouts, recognise
from pipeline.exports.proposing import propose
from pipeline.exports.proposing_looking import Look, looked
from pipeline.model import CountbackError

_HEAD = ("file", "kind", "columns", "right", "right by cells alone", "wrong or missed")


@dataclass(frozen=True)
class Measured:
    """One file: how many of the columns that its layout maps were proposed alike."""

    file: str
    kind: str
    is_kind_right: bool
    columns: int
    right: int
    by_cells: int
    wrong: tuple[str, ...]


def measured(path: Path, layouts: Sequence[Layout]) -> Measured | None:
    """The comparison for a file; None when no layout reads it."""
    look = looked(path, path.name)
    bare = ["" if name.startswith("column ") else name for name in look.columns]
    layout = recognise(bare, layouts, "\n".join(look.titles))
    if layout is None:
        return None
    others = [one for one in layouts if one.name != layout.name]
    wanted = _wanted(look, layout)
    proposal = propose(look, others)
    found = propose(look, others, kind=layout.kind).columns
    blind = _without_headers(look)
    guessed = propose(blind, others, kind=layout.kind).columns
    places = {name: place for place, name in enumerate(look.columns)}
    wrong = tuple(ours for ours, theirs in wanted.items() if found.get(ours) not in theirs)
    by_cells = sum(
        guessed.get(ours) in {blind.columns[places[name]] for name in theirs}
        for ours, theirs in wanted.items()
    )
    return Measured(
        file=path.name,
        kind=layout.kind,
        is_kind_right=proposal.kind == layout.kind,
        columns=len(wanted),
        right=len(wanted) - len(wrong),
        by_cells=by_cells,
        wrong=wrong,
    )


def _wanted(look: Look, layout: Layout) -> dict[str, set[str]]:
    """Our columns of the main table -> those of theirs that the layout reads."""
    spelt = {header_key(name): name for name in look.columns}
    found = {
        ours: {spelt[header_key(name)] for name in theirs if header_key(name) in spelt}
        for ours, theirs in layout.columns.items()
    }
    return {ours: theirs for ours, theirs in found.items() if theirs}


def _without_headers(look: Look) -> Look:
    return replace(look, columns=tuple(f"column {n}" for n, _ in enumerate(look.columns, 1)))


def table(found: Iterable[Measured]) -> Iterator[str]:
    """The comparison as a Markdown table, with its sum as the last row."""
    rows = list(found)
    yield f"| {' | '.join(_HEAD)} |"
    yield f"|{' --- |' * len(_HEAD)}"
    for one in rows:
        kind = one.kind if one.is_kind_right else f"{one.kind}, taken for another"
        cells = (one.columns, one.right, one.by_cells, ", ".join(one.wrong) or "—")
        yield f"| {one.file} | {kind} | {' | '.join(map(str, cells))} |"
    sums = [sum(getattr(one, name) for one in rows) for name in ("columns", "right", "by_cells")]
    kinds = sum(one.is_kind_right for one in rows)
    yield f"| **{len(rows)} files** | {kinds} kinds right | {' | '.join(map(str, sums))} | |"


def main(paths: Sequence[str]) -> None:
    """Prints the table for files, and for those below folders."""
    layouts = load_layouts()
    files = [file for path in map(Path, paths) for file in _files(path)]
    sys.stdout.write("\n".join(table(_measured(files, layouts))) + "\n")


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def _measured(files: Iterable[Path], layouts: Sequence[Layout]) -> Iterator[Measured]:
    for file in files:
        try:
            one = measured(file, layouts)
        except CountbackError as fault:
            sys.stderr.write(f"{fault}\n")
            continue
        if one:
            yield one


if __name__ == "__main__":
    main(sys.argv[1:])
