"""Which reader a file is for: agreements by where they lie, mail by how it begins, else a table."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.exports.agreements.reading import is_agreement, read_agreement
from pipeline.exports.layouts import Layout
from pipeline.exports.mail.reading import mails, read_mail
from pipeline.exports.reading import read as read_table
from pipeline.exports.results import Reading
from pipeline.exports.scanning import digest


def read(path: Path, name: str, layouts: Sequence[Layout], answers: Mapping[str, str]) -> Reading:
    """One file, whatever it holds: a fault in it is told in the result, never raised.

    `name` is what the file is called in messages; `answers` holds a person's answers
    to earlier questions, by file name.
    """
    try:
        found = _as_prose(path, name)
        if found is not None:
            return replace(found, sha256=content_digest(path))
    except OSError as error:
        return Reading(name, refusal=f"{name}: cannot be read ({error.strerror}).")
    return read_table(path, name, layouts, answers)


def _as_prose(path: Path, name: str) -> Reading | None:
    """The file read as an agreement or as mail; None when it is neither."""
    if path.is_file() and is_agreement(name):
        return read_agreement(path, name)
    return read_mail(path, name) if path.is_file() or path.is_dir() else None


def content_digest(path: Path) -> str:
    """SHA-256 of a file, or of the mails of a folder with their names."""
    if not path.is_dir():
        return digest(path)
    gathered = hashlib.sha256()
    for file in mails(path):
        gathered.update(f"{file.name}\0{digest(file)}\n".encode("utf-8", "surrogateescape"))
    return gathered.hexdigest()
