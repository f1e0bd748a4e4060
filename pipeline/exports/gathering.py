"""Which exports lie below a folder: each file one, the mails of a folder below it one together."""

from __future__ import annotations

from pathlib import Path

from pipeline.exports.mail.reading import mails

#: What the mails of a folder are called together.
MAILS = "*.eml"


def exports_below(folder: Path) -> list[tuple[str, Path]]:
    """(name, path) of every export below `folder`, by name; a folder of mails is a path too."""
    found = [(_called(path, folder), path) for path in folder.rglob("*") if _is_one(path, folder)]
    return sorted(found)


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
        if not any(part.startswith(".") for part in name.parts[:-1])
    )
