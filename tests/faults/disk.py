"""A disk of a few megabytes, and a way to fill it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import without

#: Megabytes: room for the drawn pilot, its books and the books before.
SIZE = 64


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """The disk, in memory, mounted at a new folder. Mounting is for root."""
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("mounting a small disk is for root")
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        without(f"no small disk can be mounted ({done.stderr.strip()})")
    try:
        yield place
    finally:
        # Lazily: DuckDB keeps the books of a pilot open as long as the process lives.
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def filled(disk: Path, leaving: int = 0) -> Iterator[None]:
    """All but so many bytes of the disk are taken, for a while."""
    ballast = disk / "ballast"
    stat = os.statvfs(disk)
    size = max(0, stat.f_bavail * stat.f_frsize - leaving)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))
    try:
        yield
    finally:
        ballast.unlink()
