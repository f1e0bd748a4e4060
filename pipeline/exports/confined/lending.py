"""One idle reader is kept for the next load: starting a process costs more than most files do.

A reader that was lent keeps nothing of a file but the process itself, and a file that fails in a
used process is tried again in a fresh one, so that no file is judged by those before it. Other
layouts are handed to the process that there is: they come from us, and starting takes a second.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipeline.exports.confined.reader import ConfinedReader
from pipeline.exports.layouts import Layout

#: How long an idle reader keeps its memory, in seconds.
IDLE_SECONDS = 60.0

_LOCK = threading.Lock()
_idle: tuple[ConfinedReader, threading.Timer] | None = None


@contextmanager
def lent_reader(layouts: Sequence[Layout]) -> Iterator[ConfinedReader]:
    """A reader with these layouts: the idle one, or one that is started now."""
    wanted = tuple(layouts)
    reader = _taken() or ConfinedReader(wanted)
    reader.read_with(wanted)
    try:
        yield reader
    except BaseException:
        reader.close()
        raise
    _keep(reader)


def let_go() -> None:
    """Ends the idle reader, if there is one."""
    global _idle
    with _LOCK:
        idle, _idle = _idle, None
    if idle is not None:
        idle[1].cancel()
        idle[0].close()


def _taken() -> ConfinedReader | None:
    global _idle
    with _LOCK:
        idle, _idle = _idle, None
    if idle is None:
        return None
    reader, clock = idle
    clock.cancel()
    return reader


def _keep(reader: ConfinedReader) -> None:
    """Keeps a reader that was given back, in the place of an older one."""
    global _idle  # noqa: PLW0603
    let_go()
    clock = threading.Timer(IDLE_SECONDS, let_go)
    clock.daemon = True
    with _LOCK:
        spare = _idle is not None
        if not spare:
            _idle = (reader, clock)
            clock.start()
    if spare:
        # Another thread was quicker: one idle reader is enough.
        reader.close()


atexit.register(let_go)
