"""Letters as `.eml` files in the pilot's folder, for a person's own mail program.

A file is written under another name, put on disk, and only then renamed: what is in the folder is
whole. While the other name still exists, the letter has not left.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.model import CountbackError
from pipeline.outbox.channel import Outcome

_COMING = ".coming"


@dataclass(frozen=True)
class EmlFolder:
    """The folder `outbox` of a pilot."""

    folder: Path
    kind: str = "eml"

    def place(self, name: str) -> str:
        """The file's name inside the pilot's folder."""
        return f"{self.folder.name}/{name}.eml"

    @contextmanager
    def prepared(self, name: str, data: bytes, to: str) -> Iterator[_Written]:  # noqa: ARG002 - every way out takes it
        """The whole file on disk under its waiting name; `sweep` takes away what never left."""
        waiting = self._waiting(name)
        try:
            waiting.parent.mkdir(parents=True, exist_ok=True)
            with waiting.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise CountbackError(
                f"{waiting}: the message cannot be written ({error.strerror}): free the disk or "
                "its permissions, then send again."
            ) from error
        # Never tidied up here: after a claim, the waiting file is the proof that nothing left.
        yield _Written(waiting, self.folder / f"{name}.eml")

    def found(self, claim: Mapping[str, Any]) -> Outcome:
        """Handed over if the file is there; not if it still waits; else only a person can know."""
        file = self.folder / Path(str(claim["file"])).name
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == claim["sha256"]:
            return Outcome(state="sent", said="The file was found after an interruption.")
        if self._waiting(file.stem).exists():
            return Outcome(state="refused", said="It was interrupted before the file was in place.")
        return Outcome(
            state="unknown",
            said="It was interrupted, and the file is not in the folder: somebody may have taken "
            "and sent it.",
        )

    def sweep(self) -> None:
        """Takes away what earlier, interrupted runs left waiting; nothing of it has left."""
        for left in (self.folder / _COMING).glob("*.tmp"):
            left.unlink(missing_ok=True)

    def _waiting(self, name: str) -> Path:
        return self.folder / _COMING / f"{name}.tmp"


@dataclass(frozen=True)
class _Written:
    """A file on disk that only lacks its name."""

    waiting: Path
    final: Path

    def hand_over(self) -> Outcome:
        """Gives the file its name, and puts the name on disk."""
        try:
            self.waiting.replace(self.final)
        except OSError as error:
            return Outcome(state="refused", said=f"The file got no name ({error.strerror}).")
        _put_on_disk(self.final.parent)
        return Outcome(state="sent", said="Written to the outbox folder.")


def _put_on_disk(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders; its file system keeps the rename by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
