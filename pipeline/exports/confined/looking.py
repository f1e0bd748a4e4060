"""A closer look on its way out of the child, as one JSON file: taken for that, or not at all."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from pipeline.exports.confined.parcel import Tampered
from pipeline.exports.layouts import Layout
from pipeline.exports.proposing_looking import Look, looked
from pipeline.exports.results import Unreadable
from pipeline.exports.sketching import sketch
from pipeline.model import CountbackError, Noun

_SEEN = "seen.json"
#: Bytes of a look: its rows hold twenty million characters at most, each of which JSON may
#: write as six.
_MOST = 200_000_000


class _Look(Noun):
    """A look's own fields, but for the name, which is the parent's."""

    header_at: int = Field(ge=0)
    header_rows: int = Field(ge=1, le=2)
    columns: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    sheet: str | None
    sheets: int = Field(ge=1)
    is_whole: bool

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        if any(len(cells) != len(self.columns) for _, cells in self.rows):
            raise ValueError("rows of another width than the header")
        return self


class _Seen(Noun):
    """A look, the name of the layout that a file fits, or why there is no table in it."""

    look: _Look | None = None
    layout: str | None = None
    refusal: str | None = None


# --- in the child -------------------------------------------------------------------------------


def pack_look(path: Path, name: str, folder: Path) -> None:
    """Looks at the file and writes what it saw, or that there is no table in it."""
    try:
        look = looked(path, name)
    except CountbackError as fault:
        _write(_Seen(refusal=str(fault)), folder)
        return
    fields: dict[str, Any] = {field: getattr(look, field) for field in _Look.model_fields}
    _write(_Seen(look=_Look(**fields)), folder)


def pack_layout(path: Path, layouts: Sequence[Layout], folder: Path) -> None:
    """Writes which layout the beginning of a text file fits; none for what is no text."""
    try:
        found = sketch(path, layouts).layout
    except Unreadable:
        found = None
    _write(_Seen(layout=found.name if found else None), folder)


def _write(seen: _Seen, folder: Path) -> None:
    (folder / _SEEN).write_text(seen.model_dump_json(ensure_ascii=True), encoding="ascii")


# --- in the parent ------------------------------------------------------------------------------


def unpack_look(folder: Path, name: str) -> Look:
    """The look that lies in the folder; raises `Tampered`, or CountbackError without a table."""
    seen = _seen(folder)
    if seen.look is None:
        # What the child says of a file is a stranger's word: one line, and not a long one.
        raise CountbackError(" ".join((seen.refusal or f"{name}: holds no table.").split())[:500])
    return Look(name=name, **{field: getattr(seen.look, field) for field in _Look.model_fields})


def unpack_layout(folder: Path, layouts: Sequence[Layout]) -> Layout | None:
    """The layout that the file fits, one of ours."""
    named = _seen(folder).layout
    if named is None:
        return None
    known = {layout.name: layout for layout in layouts}
    if named not in known:
        raise Tampered("it names no layout of ours")
    return known[named]


def _seen(folder: Path) -> _Seen:
    path = folder / _SEEN
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
            raise Tampered(f"{path.name} is no file, or larger than {_MOST:,} bytes")
        return _Seen.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Tampered(f"{path.name} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        raise Tampered("what it saw is no table") from error
