"""A mapping kept as the pilot's own layout, used again next month, and undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.exports import Layout, load_layout, load_layouts, recognise
from pipeline.exports.confined import ConfinedReader
from pipeline.exports.layouts import SHIPPED
from pipeline.exports.proposing_layouts import checked, layout_text, slug
from pipeline.exports.proposing_looking import Look
from pipeline.ledger.rights import LAYOUT
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.unknown_exports.drafts import Draft


@dataclass(frozen=True)
class Saved:
    """A pilot's own layout, and the file that it lies in."""

    path: Path
    layout: Layout


def save(pilot: Pilot, draft: Draft, title: str) -> Saved:
    """Writes the mapping into the pilot's `formats/`, where its files are recognised from now on.

    Raises `CountbackError` or `WrongCall` when a question is open, a needed column is missing,
    the name is one that ships, or other files would be taken for this one's kind.
    """
    if draft.open:
        ask = draft.open[0]
        raise WrongCall(
            f"{draft.proposal.look.name}: {ask.question} Answer {ask.key} with "
            f"{' or '.join(ask.choices[:4])} before the mapping is saved."
        )
    pilot.require(LAYOUT)
    name = slug(title)
    if any(path.stem == name for path in SHIPPED.glob("*.toml")):
        raise WrongCall(f"{title}: is the name of a layout that ships; choose another.")
    text = _distinct(pilot, draft, title)
    folder = pilot.folder / "formats"
    path = folder / f"{name}.toml"
    coming = folder / f".{name}.coming"
    try:
        folder.mkdir(exist_ok=True)
        coming.write_text(text, encoding="utf-8")
        coming.replace(path)
    except OSError as error:
        raise CountbackError(f"{path}: cannot be written ({error.strerror}).") from error
    return Saved(path, load_layout(path))


def _distinct(pilot: Pilot, draft: Draft, title: str) -> str:
    """The layout that takes this file and none of the pilot's others."""
    others = [layout for layout in pilot.layouts if layout.name != slug(title)]
    for every in (False, True):
        text = layout_text(draft.proposal, draft.rows, draft.answers, title, every=every)
        layout = checked(text)
        if _takes(draft.proposal.look, (*others, layout), layout) and not _steals(
            pilot, draft, others, layout
        ):
            return text
    raise CountbackError(
        f"{draft.proposal.look.name}: its headers are those of another file or layout as well, so"
        " it could not be told apart: rename a column of it."
    )


def _takes(look: Look, layouts: Sequence[Layout], layout: Layout) -> bool:
    bare = ["" if name.startswith("column ") else name for name in look.columns]
    return recognise(bare, layouts, "\n".join(look.titles)) == layout


def _steals(pilot: Pilot, draft: Draft, others: Sequence[Layout], layout: Layout) -> bool:
    """Whether a text file of the pilot that has a layout would be taken for this one.

    Workbooks and what is no text are told apart when they are loaded.
    """
    files = [
        file
        for file in pilot.exports.rglob("*")
        if file.is_file() and file.resolve() != draft.path.resolve()
    ]
    if not files:
        return False
    with ConfinedReader(others) as before, ConfinedReader((*others, layout)) as after:
        return any(after.layout_of(f) == layout and before.layout_of(f) for f in files)


def saved(pilot: Pilot) -> list[Saved]:
    """The pilot's own layouts, by name."""
    folder = pilot.folder / "formats"
    return [Saved(path, load_layout(path)) for path in sorted(folder.glob("*.toml"))]


def forget(pilot: Pilot, name: str) -> Path:
    """Removes one of the pilot's own layouts; raises `WrongCall` for any other."""
    pilot.require(LAYOUT)
    for one in saved(pilot):
        if one.layout.name == name:
            one.path.unlink()
            return one.path
    if any(layout.name == name for layout in load_layouts(SHIPPED)):
        raise WrongCall(f"{name}: ships with Countback and cannot be removed.")
    raise WrongCall(f"{name}: is no mapping of this pilot.")
