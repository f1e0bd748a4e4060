"""What was read of files before: layouts and digests, while their sizes and times stand."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.exports.layouts import Layout, load_layouts
from pipeline.exports.mail.reading import mails
from pipeline.exports.opening import content_digest
from pipeline.model import CountbackError

#: Path, sizes and times -> digest.
_DIGESTS: dict[tuple[object, ...], str] = {}
#: Folders -> (what their files were when they were read, the layouts).
_LAYOUTS: dict[tuple[Path, ...], tuple[object, tuple[Layout, ...]]] = {}


def layouts_of(folders: tuple[Path, ...]) -> tuple[Layout, ...]:
    """The layouts of some folders; files whose sizes and times did not change are not read again.

    Raises CountbackError for a file that is no layout.
    """
    files = [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    seen = [(str(path), *_stamp(path)) for path in files]
    known = _LAYOUTS.get(folders)
    if known is None or known[0] != seen:
        known = _LAYOUTS[folders] = (seen, load_layouts(*folders))
    return known[1]


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError as error:
        raise CountbackError(f"{path.name}: cannot be read ({error.strerror}).") from error
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def digest_of(path: Path) -> str:
    """SHA-256 of an export; one whose sizes and times did not change is not read again."""
    try:
        key = (str(path), *((s.st_size, s.st_mtime_ns) for s in _stats(path)))
        if key not in _DIGESTS:
            _DIGESTS[key] = content_digest(path)
        return _DIGESTS[key]
    except OSError as error:
        raise CountbackError(f"{path}: cannot be read ({error.strerror}).") from error


def _stats(path: Path) -> list[os.stat_result]:
    return [file.stat() for file in (mails(path) if path.is_dir() else [path])]
