"""What reading one file may take, and how a process holds itself to it.

POSIX systems count memory, processor time, open files and written bytes (`resource`); elsewhere,
and where a system does not know one of them, the clock that the other process watches is all.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

_GIGABYTE = 1_000_000_000
#: Bytes of a file for which the first gigabyte and the first seconds are meant.
_MEMORY_STEP, _TIME_STEP = 50_000_000, 5_000_000
_SECONDS = 15
_MOST_GIGABYTES, _MOST_SECONDS = 4, 600
_OPEN_FILES = 128


@dataclass(frozen=True)
class Limits:
    """Bytes of memory, seconds by the clock and of the processor, bytes of each file written."""

    memory: int
    seconds: int
    processor_seconds: int
    output: int


def limits_for(size: int) -> Limits:
    """For a file of `size` bytes: 1 GB and 15 s, and as much again for every 50 MB and 5 MB of it.

    So a mailbox of years is read, and no small file can take more than a small file needs.
    """
    gigabytes = min(1 + size // _MEMORY_STEP, _MOST_GIGABYTES)
    seconds = min(_SECONDS * (1 + size // _TIME_STEP), _MOST_SECONDS)
    memory = gigabytes * _GIGABYTE
    return Limits(memory, seconds, 2 * seconds, memory)


def hold(limits: Limits) -> tuple[str, ...]:
    """Holds this process to the limits from now on; returns the names of those in force.

    The ceilings of a process are set once and never rise; below them, each file has its own.
    """
    if sys.platform == "win32":
        return ()
    import resource  # noqa: PLC0415 - not on every system

    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = round(spent.ru_utime + spent.ru_stime) + limits.processor_seconds
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": _OPEN_FILES,
        "RLIMIT_FSIZE": limits.output,
        "RLIMIT_CPU": seconds,
        "RLIMIT_AS": limits.memory,
    }
    return tuple(name for name, most in wanted.items() if _lowered(name, most))


def _lowered(name: str, most: int) -> bool:
    """Whether the system takes the limit: some know only a part of them."""
    import resource  # noqa: PLC0415 - as above

    kind = getattr(resource, name, None)
    if kind is None:
        return False
    ceiling = resource.getrlimit(kind)[1]
    soft = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
    try:
        resource.setrlimit(kind, (soft, ceiling))
    except (ValueError, OSError):
        return False
    return True
