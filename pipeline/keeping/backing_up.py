"""A copy of a pilot, made while people work.

Files first, the record last: what the copied record does not say had not happened, and what left
is never forgotten. A file that is the record is copied by SQLite itself, so that the copy is of
one moment; from a server the record is taken as its export.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from pipeline.figures import aging
from pipeline.keeping.manifest import LINES, NAME, Copied, Kept, Manifest, copied, is_record
from pipeline.ledger import Verification, copy_file, place_of, verify_file
from pipeline.ledger.places import FILE
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot

Progress = Callable[[str], None]
_LEFT_OUT = frozenset({".cache"})


def back_up(pilot: Pilot, target: Path, *, now: datetime, progress: Progress) -> Manifest:
    """Copy the pilot into a new folder, check the copy, and note what it holds.

    `now` is an aware instant (UTC). Raises WrongCall when the target is not empty or inside the
    pilot, CountbackError when a file cannot be copied or the record does not verify.
    """
    _check_target(pilot, target)
    try:
        target.mkdir(parents=True, exist_ok=True)
        files = _copy_files(pilot.folder, target, progress)
        progress("Copying the record and checking it")
        record = _copy_record(pilot, target)
        if record is not None:
            files[record.file] = copied(target / record.file)
        progress("Adding up what is open")
        as_of, amounts = open_amounts(pilot)
        manifest = Manifest(
            made_at=now, files=files, record=record, as_of=as_of, open_amounts=amounts
        )
        _write_last(target / NAME, manifest)
    except OSError as error:
        raise CountbackError(
            f"{error.filename or target} could not be copied ({error.strerror}): "
            f"free some space or choose another folder; {target} is no whole copy."
        ) from error
    return manifest


def _check_target(pilot: Pilot, target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise WrongCall(f"{target} is not empty: name a folder that does not exist yet.")
    if target.resolve().is_relative_to(pilot.folder.resolve()):
        raise WrongCall(f"{target} is inside the pilot: name a folder elsewhere.")


def _copy_files(folder: Path, target: Path, progress: Progress) -> dict[str, Copied]:
    found: dict[str, Copied] = {}
    for name in sorted(_files(folder)):
        if len(found) % 500 == 0:
            progress(f"Copying the files: {len(found)} so far")
        to = target / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, to)
        found[name] = copied(to)
    return found


def _files(folder: Path) -> Iterator[str]:
    """Everything but what can be built again and the record, by path in the folder."""
    for place, folders, names in os.walk(folder, followlinks=True):
        here = Path(place).relative_to(folder)
        if here == Path():
            folders[:] = [name for name in folders if name not in _LEFT_OUT]
            if taken := {NAME, LINES} & {*names}:
                raise WrongCall(f"{folder / min(taken)} has a name that copies use: rename it.")
            names = [name for name in names if not is_record(name)]  # noqa: PLW2901
        yield from ((here / name).as_posix() for name in names)


def _copy_record(pilot: Pilot, target: Path) -> Kept | None:
    place = pilot.record
    if not place.exists():
        return None
    if place.file is not None:
        copy_file(place.file, target / FILE)
        with closing(place_of(target / FILE).open()) as ledger:
            found = ledger.verify()
        _check(found, str(place))
        return Kept(file="ledger.sqlite", entries=found.entries, head=found.head)
    with closing(pilot.ledger()) as ledger:
        lines = "".join(f"{line}\n" for line in ledger.export())
    (target / LINES).write_text(lines, encoding="utf-8", newline="\n")
    found = verify_file(target / LINES)
    _check(found, str(place))
    return Kept(file="backup-record.jsonl", entries=found.entries, head=found.head)


def _check(found: Verification, where: str) -> None:
    if not found.ok:
        raise CountbackError(f"{where} does not verify, so no copy was made of it: {found.why}")


def open_amounts(pilot: Pilot, as_of: date | None = None) -> tuple[date | None, dict[str, Decimal]]:
    """The day and what is open on it by currency (Decimal); nothing without invoices."""
    if not pilot.books().currencies():
        return None, {}
    with pilot.day(as_of) as day:
        found = aging(day)["currencies"]
        return day.as_of, {code: amounts["total"] for code, amounts in found.items()}


def _write_last(path: Path, manifest: Manifest) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(manifest.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
