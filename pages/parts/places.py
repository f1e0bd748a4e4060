"""Which pilot folder is open: the one asked for, or a working copy of the demo that ships."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from tempfile import mkdtemp

from pages.parts.address import REPOSITORY
from pipeline.model import CountbackError, WrongCall

DATA = REPOSITORY / "data"
_SHIPPED = "demo"
_WORKING = "demo-working"


def asked_for() -> Path:
    """The folder that COUNTBACK_PILOT names, or the demo that ships."""
    return (REPOSITORY / os.environ.get("COUNTBACK_PILOT", f"data/{_SHIPPED}")).resolve()


def opened(name: str = "") -> Path:
    """The folder to work in: `name` in data/, or the one asked for; the demo only as a copy."""
    folder = DATA / slug(name) if name else asked_for()
    if folder != DATA / _SHIPPED:
        return folder
    if folder.is_dir() and not (DATA / _WORKING).exists():
        _copy(folder, DATA / _WORKING)
    return DATA / _WORKING


def is_demo(folder: Path) -> bool:
    """Whether the folder is the demo's working copy, which may be started over."""
    return folder == DATA / _WORKING and (DATA / _SHIPPED).is_dir()


def start_over() -> None:
    """Puts the demo's working copy back to how it ships."""
    working = DATA / _WORKING
    away = Path(mkdtemp(prefix=".old-", dir=DATA))
    if working.exists():
        working.rename(away / "was")
    shutil.rmtree(away)
    _copy(DATA / _SHIPPED, working)


def _copy(source: Path, target: Path) -> None:
    """A whole copy or none: it gets its name only when it is complete."""
    coming = Path(mkdtemp(prefix=".coming-", dir=target.parent))
    try:
        shutil.copytree(source, coming / "pilot", ignore=shutil.ignore_patterns("*.sqlite-*"))
        (coming / "pilot").rename(target)
    except OSError as error:
        raise CountbackError(
            f"{target}: the demo cannot be copied there ({error.strerror}): make the folder "
            "writable, or set COUNTBACK_PILOT to another pilot."
        ) from error
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def known() -> list[str]:
    """The names of the pilots in data/."""
    if not DATA.is_dir():
        return []
    folders = [path for path in DATA.iterdir() if (path / "exports").is_dir()]
    return sorted(path.name for path in folders if path.name != _SHIPPED and path.name[0] != ".")


def slug(name: str) -> str:
    """A pilot's name as the name of its folder; raises WrongCall when nothing is left of it."""
    made = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60]
    if not made or made == _SHIPPED:
        raise WrongCall(f"{name!r} cannot name a pilot: use letters and digits, and not “demo”.")
    return made
