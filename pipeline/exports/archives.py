"""What an archive says of itself, checked before anything unpacks it.

Cheap and exact: names, counts and sizes from its index, the first bytes of each part, and the
XML parts once through for definitions of their own. Nothing is written anywhere.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from pipeline.exports.results import Unreadable
from pipeline.exports.uploads import shown

#: Bytes that a workbook may unpack to, and parts it may have.
MOST_UNPACKED = 300_000_000
MOST_PARTS = 5_000
#: How many times its packed size a workbook may take, above the first megabytes.
_MOST_TIMES, _FREE = 200, 10_000_000
_BLOCK = 1_000_000
#: Files of an archive that are named where it is refused.
_NAMED = 8
_XML = (".xml", ".rels", ".vml")
_DEFINITIONS = (b"<!DOCTYPE", b"<!ENTITY")
_ANOTHER = b"PK\x03\x04"
#: What reading a damaged archive is known to raise; RuntimeError is its word for a password.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    NotImplementedError,
    UnicodeDecodeError,
    EOFError,
    RuntimeError,
)
TOO_LARGE = "is a workbook too large to be opened safely: save the sheet as CSV"


def check_workbook(path: Path) -> None:
    """Raises `Unreadable` unless the file is an archive that holds a workbook and no surprise."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_index(parts)
            for part in parts:
                _check_part(archive, part)
    except _DAMAGED as error:
        raise Unreadable("is a ZIP archive or a damaged workbook: save the sheet as CSV") from error


def _check_index(parts: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise Unreadable(TOO_LARGE)
    if unpacked > _FREE and unpacked > _MOST_TIMES * packed:
        raise Unreadable(TOO_LARGE)
    names = [part.filename.lower().replace("\\", "/") for part in parts]
    if "xl/workbook.xml" not in names:
        raise Unreadable(
            f"is a ZIP archive and no workbook we read (it holds {_listed(parts)}): unpack it and"
            " load the files in it"
        )
    if any(".." in PurePosixPath(name).parts for name in names):
        raise Unreadable("holds parts that lead out of it, which no workbook does: save it anew")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise Unreadable("takes values from other workbooks: save its sheet as CSV")


def _listed(parts: Sequence[zipfile.ZipInfo]) -> str:
    """What an archive holds, by name: the first few, and how many more."""
    names = [shown(part.filename) for part in parts if not part.is_dir()]
    if not names:
        return "no file"
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as content:
        block = content.read(len(_ANOTHER))
        if block == _ANOTHER:
            raise Unreadable("holds another archive inside: save its sheet as CSV")
        if not part.filename.lower().endswith(_XML):
            return
        seen = b""
        while block:
            seen = seen[-len(_DEFINITIONS[0]) :] + block
            if any(word in seen for word in _DEFINITIONS):
                raise Unreadable(
                    "is a workbook with definitions of its own, which we do not follow"
                )
            block = content.read(_BLOCK)
