"""What a copy of a pilot says of itself: its files with their hashes, its record with its head."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from pipeline.ledger.places import FILE
from pipeline.model import CountbackError, Noun, WrongCall

NAME = "backup.json"
FORM = 1
LINES = "backup-record.jsonl"
"""The record of a pilot that keeps it on a server."""


class Copied(Noun):
    """One file of the copy."""

    bytes: int
    sha256: str


class Kept(Noun):
    """The record in the copy."""

    file: Literal["ledger.sqlite", "backup-record.jsonl"]
    entries: int
    head: str


class Manifest(Noun):
    """The whole copy; written last, so that a copy that was cut short has none."""

    form: int = FORM
    made_at: datetime
    files: dict[str, Copied]
    """By path in the pilot's folder; the record is among them."""
    record: Kept | None
    """None: nothing was ever recorded."""
    as_of: date | None
    open_amounts: dict[str, Decimal]
    """What was open on that day, by currency; empty without invoices."""


def read(source: Path) -> Manifest:
    """The manifest of a copy; raises WrongCall when the folder is none, or was cut short."""
    path = source / NAME
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WrongCall(
            f"{source} is no whole copy of a pilot ({NAME} cannot be read, it is written last): "
            "name a folder that `backup` has made."
        ) from error
    except ValidationError as error:
        raise WrongCall(f"{path} does not say what a copy holds: take another copy.") from error
    if manifest.form > FORM:
        raise WrongCall(f"{path} is of a newer Countback: restore it with that.")
    return manifest


def check_files(source: Path, manifest: Manifest) -> None:
    """Raises CountbackError at the first file that is not as it was copied."""
    for name, noted in manifest.files.items():
        path = source / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise CountbackError(f"{source / NAME} names {name}, which is outside: refused.")
        if not path.is_file():
            raise CountbackError(f"{path} is missing: the copy was cut, take another.")
        if copied(path) != noted:
            raise CountbackError(f"{path} is not as it was copied: take another copy.")
    if manifest.record is not None and manifest.record.file not in manifest.files:
        raise CountbackError(f"{source / NAME} lists no {manifest.record.file}: take another copy.")


def copied(path: Path) -> Copied:
    """A file's size and hash."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Copied(bytes=path.stat().st_size, sha256=digest)


def is_record(name: str) -> bool:
    """Whether a file of the pilot's folder is its record, or belongs to it."""
    return name == FILE or name.startswith(f"{FILE}-")
