"""A pilot from its copy: checked before anything is written, and again when it stands.

The record may come to stand elsewhere than it did: in a file where it was on a server, or the
other way round. The entries, and with them the head, are the same.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

from pipeline.keeping.manifest import LINES, Kept, Manifest, check_files, read
from pipeline.ledger import Place, copy_file, place_of, record_of, verify_file
from pipeline.ledger.leaving import lines_of
from pipeline.ledger.places import FILE, VARIABLE
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.settings import read_settings

Progress = Callable[[str], None]
#: What `--record` says for the file in the pilot's folder.
IN_FILE = "file"
_SECTION = re.compile(r"^\s*\[record\]\s*(#.*)?$")
_NEXT = re.compile(r"^\s*\[")


def restore(
    source: Path,
    folder: Path,
    *,
    record: str,
    environment: Mapping[str, str],
    progress: Progress,
) -> Manifest:
    """Make the pilot in a new folder; returns what the copy says of itself.

    `record` is a URL or `file`; empty: where the copy's pilot.toml or COUNTBACK_LEDGER says.
    Raises WrongCall when the folder is not empty or another record stands there, CountbackError
    when the copy is not whole; then nothing is left behind.
    """
    manifest = read(source)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongCall(f"{folder} is not empty: name a folder that does not exist yet.")
    if record and environment.get(VARIABLE):
        raise WrongCall(f"{VARIABLE} is set and counts first: unset it, or leave --record out.")
    progress(f"Checking {len(manifest.files)} files")
    check_files(source, manifest)
    _check_record(source, manifest.record)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _lay_out(source, beside, manifest, record, environment)
        if folder.exists():
            folder.rmdir()
        beside.chmod(0o755)
        beside.rename(folder)
    except OSError as error:
        raise CountbackError(f"{folder} could not be made ({error.strerror}).") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    _check_restored(folder, manifest.record)
    return manifest


def _check_record(source: Path, kept: Kept | None) -> None:
    """Raises CountbackError when the copied record is not the one whose head was noted."""
    if kept is None:
        return
    path = source / kept.file
    if kept.file == LINES:
        found = verify_file(path, kept.head)
    else:
        with closing(place_of(path).open()) as ledger:
            found = ledger.verify(kept.head)
    if not found.ok or (found.entries, found.head) != (kept.entries, kept.head):
        why = found.why or f"it has {found.entries} entries where {kept.entries} were noted."
        raise CountbackError(f"{path} is not the record that was copied: {why}")


def _lay_out(
    source: Path,
    folder: Path,
    manifest: Manifest,
    record: str,
    environment: Mapping[str, str],
) -> None:
    for name in manifest.files:
        if manifest.record is None or name != manifest.record.file:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, folder / name)
    if record:
        _say_where(folder / "pilot.toml", "" if record == IN_FILE else record)
    settings = read_settings(folder / "pilot.toml")
    place = record_of(
        folder,
        settings.record.url,
        {} if record else environment,
        is_synthetic=settings.pilot.synthetic,
    )
    if manifest.record is not None:
        _put_record(source / manifest.record.file, place)


def _say_where(path: Path, url: str) -> None:
    """Write into pilot.toml where the record stands from now on; other lines stay as they are."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    kept, inside = [], False
    for line in text.splitlines():
        inside = bool(_SECTION.match(line)) or (inside and not _NEXT.match(line))
        kept += [] if inside else [line]
    told = "\n".join(kept).rstrip("\n") + "\n" if kept else ""
    told += f'\n[record]\nurl = "{url}"\n' if url else ""
    if told != text:
        path.write_text(told, encoding="utf-8")
    if read_settings(path).record.url != url:
        raise CountbackError(
            f"{path.name} says in a way of its own where the record stands: take that line out of "
            "the copy's, and restore it by --record."
        )


def _put_record(copy: Path, place: Place) -> None:
    if place.file is not None and copy.name == FILE:
        copy_file(copy, place.file)
        return
    if copy.name == LINES:
        lines = lines_of(copy)
    else:
        with closing(place_of(copy).open()) as ledger:
            lines = list(ledger.export())
    with closing(place.open()) as ledger:
        ledger.take_over(lines)


def _check_restored(folder: Path, kept: Kept | None) -> None:
    """Raises CountbackError when what stands now does not end where the copy's record did."""
    pilot = Pilot.open(folder)
    if kept is None:
        return
    with closing(pilot.ledger()) as ledger:
        found = ledger.verify(kept.head)
    if not found.ok or found.head != kept.head:
        raise CountbackError(f"{pilot.record} does not end at the head that was noted: {found.why}")
