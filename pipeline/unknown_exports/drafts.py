"""A mapping that is not saved yet: what is proposed, with a person's choices put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.exports import Layout, load_layouts
from pipeline.exports.confined import lent_reader
from pipeline.exports.layouts import SHIPPED
from pipeline.exports.proposing import Proposal, amended, propose
from pipeline.exports.proposing_columns import NOTHING_KNOWN, Known
from pipeline.exports.proposing_layouts import layout_text
from pipeline.exports.proposing_looking import Look, Nearest, nearest
from pipeline.exports.proposing_questions import Ask, asked, settled, unanswered
from pipeline.exports.proposing_rows import Rows, judged
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.warehouse.intake_rows import loaded_ids


@dataclass(frozen=True)
class Ground:
    """What a proposal rests on besides the file itself."""

    layouts: tuple[Layout, ...]
    currency: str
    known: Known


def ground(pilot: Pilot | None) -> Ground:
    """The layouts, currency and loaded ids of a pilot; without one, what ships."""
    if pilot is None:
        return Ground(load_layouts(SHIPPED), "USD", NOTHING_KNOWN)
    books = pilot.books()
    known = Known(loaded_ids(books, "customers"), loaded_ids(books, "invoices"))
    return Ground(pilot.layouts, pilot.lens(check=False).currency, known)


@dataclass(frozen=True, eq=False)
class Draft:
    """A mapping that is not saved yet: the proposal, what its rows tell, its questions."""

    path: Path
    proposal: Proposal
    rows: Rows
    asks: tuple[Ask, ...]
    answers: Mapping[str, str]
    """An answer to every question: given, or suggested."""
    open: tuple[Ask, ...]
    """Questions that nobody has answered and nothing in the file does."""
    currency: str

    def layout(self, name: str = "", **other: str) -> str:
        """The layout as TOML; `other` holds other answers."""
        title = name or Path(self.proposal.look.name).stem
        return layout_text(self.proposal, self.rows, {**self.answers, **other}, title)


def drafted(
    path: Path, proposal: Proposal, base: Ground, columns: Mapping[str, str | None] | None = None
) -> Draft:
    """A mapping with the columns that a person chose, every question as suggested.

    Raises `WrongCall` for a column of ours or a header that there is not.
    """
    chosen = amended(proposal, columns or {})
    rows = judged(chosen)
    asks = asked(chosen, rows, base.currency)
    answers, waiting = settled(asks, {}), unanswered(asks, {})
    return Draft(path, chosen, rows, asks, answers, waiting, base.currency)


def answered(draft: Draft, answers: Mapping[str, str]) -> Draft:
    """The same with a person's answers; raises `WrongCall` for one that cannot be."""
    known = {ask.key for ask in draft.asks}
    for key in answers:
        if key not in known:
            raise WrongCall(
                f"{key}: is no question about {draft.proposal.look.name}, which asks "
                f"{', '.join(known) or 'nothing'}."
            )
    return replace(
        draft,
        answers=settled(draft.asks, answers),
        open=unanswered(draft.asks, answers),
        currency=answers.get("currency") or draft.currency,
    )


def proposed(look: Look, base: Ground, kind: str | None = None) -> Proposal:
    """What a file may be, of a kind that a person said, if one did."""
    return propose(look, base.layouts, base.known, kind)


def look_at(path: Path, name: str, layouts: Sequence[Layout]) -> Look:
    """The closer look at a file; raises `CountbackError` when there is no table in it.

    It is opened where all exports are; the layouts only tell whether the one that reads them
    is still there.
    """
    with lent_reader(layouts) as reader:
        return reader.look(path, name)


def closest(path: Path, name: str, layouts: Sequence[Layout]) -> Nearest | None:
    """The layout that a file comes closest to, None when none is near or it holds no table."""
    try:
        return nearest(look_at(path, name, layouts).columns, layouts)
    except CountbackError:
        # Its refusal or its absence of a table is told where it is loaded.
        return None


def closest_in_words(name: str, found: Nearest | None) -> str:
    """One sentence about an unrecognised file: the nearest layout, and what it lacks."""
    if found is None:
        return f"{name}: fits no layout, and none is near."
    if not found.missing:
        return f"{name}: has the headers of {found.layout.title} and of another layout."
    lacks = ", ".join(found.missing)
    return f"{name}: fits no layout; the nearest, {found.layout.title}, also needs {lacks}."
