r"""Files dropped on the page: kept under the hash of their content, never under their name.

`exports/.uploads/` holds the contents, `exports/.uploads.json` says what each was called, to the
last character. A name is only shown, and what could not be seen in it is written out: `\u202e`.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter, ValidationError

from pipeline.model import CountbackError

INDEX, CONTENTS = ".uploads.json", ".uploads"
#: Ending of a file that is not whole yet.
HALF = ".half"
#: Characters of a name that are shown; the rest is cut out of its middle.
_SHOWN, _HEAD, _TAIL = 160, 100, 40
_ENDING = re.compile(r"\.[a-z0-9]{1,8}")
_KEPT = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,8})?")
_NAMES = TypeAdapter(dict[str, str])
#: Two people may drop files at once.
_WRITING = threading.Lock()


def keep(exports: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Keeps files by (name, content); one of an earlier name takes its place.

    Raises CountbackError when they cannot be written.
    """
    contents = exports / CONTENTS
    with _WRITING:
        names = _read(exports)
        try:
            contents.mkdir(parents=True, exist_ok=True)
            for name, content in files:
                # A later file of the same name comes last in the index, too.
                names.pop(name, None)
                names[name] = _written(contents, name, content)
            _write(exports, names)
        except OSError as error:
            raise CountbackError(
                f"{contents}: the files cannot be kept ({error.strerror}): free some disk space or "
                "make the folder writable, and drop them again."
            ) from error


def lay_in(source: Path, target: Path) -> None:
    """Copies a file to where it is read from, in one step: a crash leaves the old or the new one.

    Raises CountbackError when it cannot be written, e.g. on a full disk.
    """
    half = target.with_name(f".{_tag(target.name)}{HALF}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, half)
        half.replace(target)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise CountbackError(
            f"{target}: cannot be written ({error.strerror}): free some disk space or make the "
            "folder writable, and load it again."
        ) from error


def forget(exports: Path, gone: Iterable[str]) -> None:
    """Lets go of uploads by the name they are shown under, e.g. when a file is laid in by hand."""
    if not (exports / INDEX).exists():
        return
    given_up = set(gone)
    with _WRITING:
        names = _read(exports)
        left = {name: kept for name, kept in names.items() if shown(name) not in given_up}
        if len(left) < len(names):
            _write(exports, left)


def uploads(exports: Path, taken: Iterable[str] = ()) -> list[tuple[str, Path]]:
    """(name as shown, path) of every upload. No name is shown twice, nor one of `taken`."""
    seen = set(taken)
    found = []
    for name, kept in _read(exports).items():
        text = shown(name)
        if text in seen:
            text = f"{text} (dropped, {_tag(name)})"
        seen.add(text)
        found.append((text, exports / CONTENTS / kept))
    return [(name, path) for name, path in found if path.is_file()]


def elsewhere(source: Path, exports: Path) -> list[tuple[str, bytes]]:
    """(name, content) of every upload below another folder, to be kept in `exports` as well."""
    folders = [path.parent for path in sorted(source.rglob(INDEX))]
    return [
        (name, (folder / CONTENTS / kept).read_bytes())
        for folder in folders
        if folder.resolve() != exports.resolve()
        for name, kept in _read(folder).items()
    ]


def shown(name: str) -> str:
    """A name as one line of visible characters; a long one loses its middle."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    if len(text) > _SHOWN:
        text = f"{text[:_HEAD]}… {_tag(name)} …{text[-_TAIL:]}"
    return text if text.strip() else f"(no name) {_tag(name)}"


def _tag(name: str) -> str:
    """Tells names apart that are shown alike."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _written(folder: Path, name: str, content: bytes) -> str:
    """The content under its hash; of its name only a plain ending, which readers ask for."""
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    kept = hashlib.sha256(content).hexdigest() + (ending if _ENDING.fullmatch(ending) else "")
    _replace(folder / kept, content)
    return kept


def _read(exports: Path) -> dict[str, str]:
    path = exports / INDEX
    try:
        names = _NAMES.validate_python(json.loads(path.read_text(encoding="ascii")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, ValidationError, RecursionError) as error:
        raise _damaged(path) from error
    if not all(_KEPT.fullmatch(kept) for kept in names.values()):
        raise _damaged(path)
    return names


def _damaged(path: Path) -> CountbackError:
    return CountbackError(
        f"{path}: is damaged, so nobody knows what the dropped files were called: remove it and "
        "drop them again."
    )


def _write(exports: Path, names: dict[str, str]) -> None:
    """The index first, then what it no longer names goes."""
    _replace(exports / INDEX, json.dumps(names, indent=1).encode("ascii"))
    used = set(names.values())
    _remove(path for path in (exports / CONTENTS).iterdir() if path.name not in used)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Writes a file in one step: a crash leaves the old one or the new one."""
    half = path.with_name(f"{path.name}{HALF}")
    half.write_bytes(content)
    half.replace(path)
