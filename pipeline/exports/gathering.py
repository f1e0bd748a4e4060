"""Which exports lie below a folder: each file one, the mails of a folder below it one together."""

from __future__ import annotations

from pathlib import Path

from pipeline.exports.mail.reading import mails
from pipeline.exports.uploads import CONTENTS, HALF, INDEX, uploads

#: What the mails of a folder are called together.
MAILS = "*.eml"


def exports_below(folder: Path) -> list[tuple[str, Path]]:
    """(name, path) of every export below `folder`, by name; a folder of mails is a path too.

    What was dropped on the page lies under its hash and goes by the name it came with.
    """
    laid = [
        (_called(path, folder), path)
        for path in folder.rglob("*")
        if not _is_bookkeeping(path, folder) and _is_one(path, folder)
    ]
    return sorted([*laid, *uploads(folder, (name for name, _ in laid))])


def _is_bookkeeping(path: Path, folder: Path) -> bool:
    """Whether a path is how uploads are kept, or is not whole yet, rather than an export."""
    if path.name.startswith(".") and path.name.endswith(HALF):
        return True
    return not {CONTENTS, INDEX}.isdisjoint(path.relative_to(folder).parts)


def _is_one(path: Path, folder: Path) -> bool:
    if path.is_dir():
        return bool(mails(path))
    return path.is_file() and (path.suffix.lower() != ".eml" or path.parent == folder)


def _called(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    return f"{name}/{MAILS}" if path.is_dir() else name


def files_below(source: Path) -> list[tuple[Path, Path]]:
    """(path within `source`, path) of the files to take; hidden folders are left alone."""
    if source.is_file():
        return [(Path(source.name), source)]
    found = [(path.relative_to(source), path) for path in source.rglob("*") if path.is_file()]
    return sorted(
        (name, path)
        for name, path in found
        if not _is_bookkeeping(path, source)
        and not any(part.startswith(".") for part in name.parts[:-1])
    )
