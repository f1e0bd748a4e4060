"""One hand-over run at a time per pilot: a lock that the system lets go of when its holder dies."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline.model import CountbackError

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Holds the pilot's outbox; raises CountbackError while another run does."""
    path = folder / "outbox" / ".turn"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise CountbackError(f"{path}: cannot be written ({error.strerror}): mend that.") from error
    with file:
        try:
            _take(file)
        except OSError as error:
            raise CountbackError(
                f"{folder}: another hand-over is running: wait until it is through."
            ) from error
        yield
