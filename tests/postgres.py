"""A PostgreSQL of the tests' own: on loopback, in a folder that goes with it, one for a session."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
#: The server refuses to run as root; Debian's package brings this user.
USER = "postgres"


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`, the newest that is installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(PROGRAMS.glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def _run(*command: str | Path) -> None:
    user = USER if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"


@dataclass
class Server:
    """A server that can be stopped and started, with a fresh schema for whoever asks."""

    bin: Path
    folder: Path
    port: int
    numbers: Iterator[int] = field(default_factory=count)

    def start(self) -> None:
        # Nothing here is to survive the machine, so nothing waits for the disk.
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += f" -c unix_socket_directories={self.folder} -c max_connections=200"
        log = self.folder / "log"
        _run(
            *(self.bin / "pg_ctl", "-D", self.folder / "data", "-w", "-s", "-l", log),
            *("-o", options, "start"),
        )

    def stop(self, how: str = "immediate") -> None:
        _run(self.bin / "pg_ctl", "-D", self.folder / "data", "-w", "-s", "-m", how, "stop")

    def url(self, user: str = USER, schema: str = "") -> str:
        """A schema of its own, empty unless it is named, so that each test has its record."""
        name = schema or f"pilot_{next(self.numbers)}"
        if not schema:
            self.do(f"CREATE SCHEMA {name}")
        where = f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/postgres"
        return f"{where}?options=-csearch_path%3D{name}"

    def do(self, *statements: str) -> None:
        """As the server's owner, each at once."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def connect(self, url: str = "") -> psycopg.Connection:
        """A connection beside Countback, of the owner; with `url` into its schema."""
        at = url.replace("+psycopg", "") if url else self.plain
        return psycopg.connect(at, autocommit=True)

    @property
    def plain(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"


@contextmanager
def server(bin: Path) -> Iterator[Server]:  # noqa: A002 - the folder is called so
    """One that runs for the length of the block."""
    folder = Path(mkdtemp(prefix="countback-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER, USER)
    try:
        _run(
            *(bin / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust"),
            *("-E", "UTF8", "--locale=C", "--no-sync"),
        )
        made = Server(bin, folder, _free_port())
        made.start()
        try:
            yield made
        finally:
            if (folder / "data" / "postmaster.pid").exists():  # a test may have stopped it
                made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
