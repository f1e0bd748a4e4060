"""Equal exports give equal books, which tests/books holds: tests elsewhere share one build of them.

A test that asks for books that this process has built before gets a copy of those.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pipeline.warehouse import books
from pipeline.warehouse.books import Ingredients, Progress

#: Where building itself, or building again, is what is tested.
OF_BUILDING = tuple(
    f"tests/{name}"
    for name in ("bench/", "books/", "faults/", "fuzz/", "keeping/", "soak/", "test_any_course.py")
)
#: So many books are remembered, those used last; a small pilot's take some megabytes.
ROOM = 60


class SameBooks:
    """What was built before, by the name that carries the fingerprint of what went in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: list[str] = []
        self._building = books._build_safely

    def build(self, ingredients: Ingredients, target: Path, progress: Progress) -> None:
        """In place of building, where this process has built the same before."""
        kept = self._folder / target.name
        if not _is_shared():
            self._building(ingredients, target, progress)
        elif target.name in self._known:
            self._known.remove(target.name)
            self._known.append(target.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kept, target)
            books._forget_older(target.parent, target)
        else:
            self._building(ingredients, target, progress)
            shutil.copyfile(target, kept)
            self._known.append(target.name)
            self._make_room()

    def _make_room(self) -> None:
        over, self._known = self._known[:-ROOM], self._known[-ROOM:]
        for name in over:
            (self._folder / name).unlink()


def _is_shared() -> bool:
    """Whether the test that runs may have the books of another."""
    running = os.environ.get("PYTEST_CURRENT_TEST", "")
    return not running.startswith(OF_BUILDING)
