"""The child as its parent holds it: started, asked line by line, ended when it takes too long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.model import CountbackError

_REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = (sys.executable, "-m", "pipeline.exports.confined.child")
#: Seconds that a child may take to come up, on a machine that has much else to do.
_PATIENCE = 120.0
#: An answer is a short line; the reading lies in files.
_LONGEST_ANSWER = 100_000
#: What starting Python takes. Nothing else of the environment (keys, say) goes along.
_TAKEN_ALONG = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_HAS_GROUPS = hasattr(os, "killpg")
_FEW_THREADS = {
    # Each thread reserves memory of its own, which counts whether it is used or not.
    "MALLOC_ARENA_MAX": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": str(min(4, os.cpu_count() or 1)),
}


_NOT_UP = (
    "The program that opens exports does not start: free some memory, or install the packages "
    "of requirements.txt again, and load once more."
)
_LATE = "takes longer to be read than a file of its size may: split it, or export it again"
_BROKE = (
    "broke off the program that reads it, so it is damaged, hostile or takes too much memory: "
    "export it again, for a shorter period or as CSV"
)


class Gone(Exception):
    """The child has ended or made no sense; the message is a clause for the refused file."""


class TookTooLong(Gone):
    """The child was ended because its time was up."""


class Child:
    """One running child; `folder` is where it may write."""

    def __init__(self, program: Sequence[str], folder: str, hello: Mapping[str, Any]) -> None:
        self.was_used = False
        self._hello: Mapping[str, Any] | None = hello
        # Started, not forked: a copy of a process with threads may hold their locks for ever.
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_REPOSITORY,
            # A group of its own, so that nothing it may have started outlives it.
            start_new_session=_HAS_GROUPS,
            env={**_environment(), "TMPDIR": folder, "TEMP": folder, "TMP": folder},
        )

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def hello_again(self, hello: Mapping[str, Any]) -> None:
        """Has something else to hand over before the next file."""
        self._hello = hello

    def wait_until_up(self) -> None:
        """Hands over what every file needs; raises CountbackError when it does not come up."""
        if self._hello is None:
            return
        hello, self._hello = self._hello, None
        try:
            is_up = self._exchanged(hello, _PATIENCE) == {"ready": True}
        except Gone:
            is_up = False
        if not is_up:
            # No file has been looked at, so none may be refused for it.
            raise CountbackError(_NOT_UP)

    def ask(self, request: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """Its answer; raises TookTooLong after so many seconds, Gone when it broke."""
        self.was_used = True
        return self._exchanged(request, seconds)

    def _exchanged(self, said: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        late = threading.Event()
        clock = threading.Timer(seconds, self._give_up, (late,))
        clock.daemon = True
        clock.start()
        try:
            line = self._line(json.dumps(said).encode() + b"\n")
        finally:
            clock.cancel()
        if late.is_set():
            raise TookTooLong(_LATE)
        return self._understood(line)

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        self._kill()

    def _kill(self) -> None:
        if not _HAS_GROUPS:
            self._process.kill()
        elif self._process.returncode is None:
            # Until it is waited for, its number is nobody else's.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _line(self, said: bytes) -> bytes:
        """What it answers in one line; nothing when it is gone."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101 - both are pipes
        assert answers is not None  # noqa: S101
        try:
            requests.write(said)
            requests.flush()
            return answers.readline(_LONGEST_ANSWER)
        except (OSError, ValueError):
            return b""

    def _understood(self, line: bytes) -> dict[str, Any]:
        if not line.endswith(b"\n"):
            self.end()
            if self._process.returncode == -getattr(signal, "SIGXCPU", 0):
                raise TookTooLong(_LATE)
            raise Gone(_BROKE)
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise Gone(_BROKE) from error
        if not isinstance(answer, dict):
            raise Gone(_BROKE)
        return answer

    def end(self) -> None:
        """Ends it, whatever it does, and lets go of its pipes."""
        self._kill()
        with suppress(BrokenPipeError):
            # What it no longer read cannot be handed over; that is all this can fail on.
            self._process.communicate()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _TAKEN_ALONG if name in os.environ}
    return {**kept, **_FEW_THREADS}
