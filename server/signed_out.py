"""The sign-ins that somebody has ended: their cookie opens nothing, whatever is started anew.

The provider's word stays in the browser's cookie until it expires, so whoever copied that cookie
could come back with it. One line of a file for each sign-in that was ended, which says nothing of
the person: it holds the fingerprint of the sign-in.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from server import logs

NAME = ".signed-out"


class SignedOut:
    """Asked at every run and every act; other processes of the same folder are heard."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / NAME
        self._names: set[str] = set()
        self._seen: tuple[int, int] = (0, 0)
        self._guard = threading.Lock()

    def add(self, name: str) -> None:
        """Ends a sign-in at once; what cannot be written holds in this process, and is logged."""
        with self._guard:
            self._names.add(name)
            try:
                self._write(name)
            except OSError as error:
                logs.say("sign-out not kept", level=logging.WARNING, why=error.strerror)

    def _write(self, name: str) -> None:
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())

    def __contains__(self, name: str) -> bool:
        with self._guard:
            self._look()
            return name in self._names

    def _look(self) -> None:
        """Reads the file again if it is another; one that is not there has ended nothing."""
        try:
            stat = self._file.stat()
            stands = (stat.st_mtime_ns, stat.st_size)
            if stands != self._seen:
                self._names |= set(self._file.read_text(encoding="ascii").split())
                self._seen = stands
        except FileNotFoundError:
            self._seen = (0, 0)
