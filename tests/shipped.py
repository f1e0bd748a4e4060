"""The demo that ships, in a folder of the test's own, its books built once for all."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.pilot import Pilot

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"


def shipped(folder: Path, *, record: bool = True) -> Path:
    """A copy of the demo at `folder`, with its books; without its record when that is not asked."""
    books = Pilot.open(DEMO).books().path
    unread = (".cache", "*.sqlite-*", *(() if record else ("ledger.*",)))
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(*unread))
    kept = folder / books.relative_to(DEMO)
    kept.parent.mkdir()
    shutil.copyfile(books, kept)
    return folder
