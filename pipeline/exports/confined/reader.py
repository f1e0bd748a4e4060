"""The parent's side: one child for all files of a load, a new one after a file that broke it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pipeline.exports.confined.limits import Limits, limits_for
from pipeline.exports.confined.looking import unpack_layout, unpack_look
from pipeline.exports.confined.parcel import Tampered, unpack
from pipeline.exports.confined.process import PROGRAM, Child, Gone, TookTooLong
from pipeline.exports.layouts import Layout
from pipeline.exports.mail.reading import mails
from pipeline.exports.proposing_looking import Look
from pipeline.exports.results import Reading
from pipeline.model import CountbackError

Found = TypeVar("Found")

#: What the child may say went wrong, in words that tell what to do; other faults have one for all.
_FAULTS = {
    "MemoryError": "takes more memory than a file of its size may: export a shorter period",
    "OSError": "cannot be read, or grows too large when it is: export a shorter period",
}
_FAULT = "cannot be read ({fault}), so it is damaged or of a kind we do not know: export it as CSV"


class ConfinedReader:
    """Reads files in a process of its own, within limits: close it, or use it with `with`.

    The process starts at once, so that it is up when the first file comes.
    """

    def __init__(self, layouts: Sequence[Layout], program: Sequence[str] = PROGRAM) -> None:
        self.held: tuple[str, ...] = ()
        """Names of the system's limits that held while the last file was read."""
        self._layouts = layouts
        self._program = program
        self._hello = _hello(layouts)
        self._folder = tempfile.TemporaryDirectory(prefix="countback-reading-")
        self._child: Child | None = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process and removes what it wrote."""
        self._end()
        self._folder.cleanup()

    @property
    def pid(self) -> int | None:
        """The number of the child's process, None while there is none."""
        return self._child.pid if self._child else None

    def read_with(self, layouts: Sequence[Layout]) -> None:
        """Reads with these layouts from now on, in the same process."""
        if _fingerprints(layouts) == _fingerprints(self._layouts):
            return
        self._layouts, self._hello = layouts, _hello(layouts)
        if self._child is None:
            return
        self._child.hello_again(self._hello)
        try:
            self._child.wait_until_up()
        except CountbackError:
            # It has ended since it was last asked; a new one is told when it starts.
            self._end()

    def read(
        self, path: Path, name: str, answers: Mapping[str, str], limits: Limits | None = None
    ) -> Reading:
        """One file, whatever it holds: a fault in it is told in the result, never raised.

        `name` is what the file is called in messages; `answers` holds a person's answers to
        earlier questions, by file name. The limits follow from the file's size.
        Raises CountbackError when no such process can be started at all.
        """
        try:
            within = limits or _limits(path)
        except OSError as error:
            return Reading(name, refusal=f"{name}: cannot be read ({error.strerror}).")
        unpacked = partial(unpack, path=path, name=name, layouts=self._layouts, most=within.output)
        try:
            return self._asked("read", path, name, unpacked, within, answers.get(name))
        except Gone as why:
            # Without its hash a refused file is tried again when the books are next built.
            return Reading(name, refusal=f"{name}: {why}.")

    def look(self, path: Path, name: str) -> Look:
        """A closer look at a file that no layout fits.

        Raises CountbackError for a file that cannot be read or holds no table.
        """
        try:
            return self._asked("look", path, name, partial(unpack_look, name=name), _limits(path))
        except OSError as error:
            raise CountbackError(f"{name}: cannot be read ({error.strerror}).") from error
        except Gone as why:
            raise CountbackError(f"{name}: {why}.") from why

    def layout_of(self, path: Path) -> Layout | None:
        """Which of the layouts the beginning of a text file fits; None for any other file."""
        unpacked = partial(unpack_layout, layouts=self._layouts)
        try:
            return self._asked("layout", path, path.name, unpacked, _limits(path))
        except (OSError, Gone):
            # What cannot be read is refused by name where it is loaded.
            return None

    def _asked(
        self,
        what: str,
        path: Path,
        name: str,
        unpacked: Callable[[Path], Found],
        within: Limits,
        answer: str | None = None,
    ) -> Found:
        """Asks the child; one that had read other files before gets a second try, alone.

        Otherwise what a file is refused for could depend on the files before it.
        """
        request = {
            "what": what,
            "path": str(path.absolute()),
            "name": name,
            "answer": answer,
            "limits": asdict(within),
        }
        child = self._up()
        was_used, started = child.was_used, time.monotonic()
        try:
            return self._answer(child, request, unpacked, within.seconds)
        except TookTooLong:
            raise
        except Gone:
            left = within.seconds - (time.monotonic() - started)
            if not was_used or left <= 0:
                raise
            return self._answer(self._up(), request, unpacked, left)

    def _answer(
        self,
        child: Child,
        request: dict[str, Any],
        unpacked: Callable[[Path], Found],
        seconds: float,
    ) -> Found:
        with tempfile.TemporaryDirectory(dir=self._folder.name) as folder:
            try:
                answer = child.ask({**request, "folder": folder}, seconds)
                _check(answer)
                self.held = tuple(map(str, answer.get("held", ())))
                return unpacked(Path(folder))
            except Tampered as fault:
                self._end()
                raise Gone(f"gives nothing that can be taken ({fault}): export it again") from fault
            except Gone:
                self._end()
                raise

    def _up(self) -> Child:
        """The child, started anew when the last one is gone."""
        if self._child is None:
            self._child = self._started()
        self._child.wait_until_up()
        return self._child

    def _started(self) -> Child:
        return Child(self._program, self._folder.name, self._hello)

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _hello(layouts: Sequence[Layout]) -> dict[str, Any]:
    return {"layouts": [layout.model_dump(mode="json") for layout in layouts]}


def _fingerprints(layouts: Sequence[Layout]) -> list[str]:
    return [layout.fingerprint for layout in layouts]


def _check(answer: Mapping[str, Any]) -> None:
    """Raises Gone when the child says that it could not read the file."""
    if "fault" in answer:
        fault = str(answer["fault"])
        named = fault if fault.isidentifier() else "a fault"
        raise Gone(_FAULTS.get(fault) or _FAULT.format(fault=named))


def _limits(path: Path) -> Limits:
    return limits_for(_size(path))


def _size(path: Path) -> int:
    """Bytes of a file, or of the mails of a folder together."""
    return sum(file.stat().st_size for file in (mails(path) if path.is_dir() else [path]))
