"""What every way out has in common: prepare all that can fail, then hand over once."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal, Protocol

from pipeline.model import Noun


class Outcome(Noun):
    """What became of one hand-over, as far as we can know."""

    state: Literal["sent", "refused", "unknown"]
    """unknown: it may have arrived; only a person can find out."""
    said: str = ""
    """What the mail system answered, or what stood in the way."""
    is_final: bool = False
    """Refused for good: trying again would be refused again."""


class Handing(Protocol):
    """One prepared letter: until `hand_over` is called, nothing has left."""

    def hand_over(self) -> Outcome:
        """Let it leave; never raises for what the other side does."""
        ...


class Channel(Protocol):
    """A way out: a folder of files, or a mail server."""

    @property
    def kind(self) -> str:
        """The name of this way out, as the record keeps it."""
        ...

    def place(self, name: str) -> str:
        """Where a letter of that name will be found; empty when it is no file."""
        ...

    def prepared(self, name: str, data: bytes, to: str) -> AbstractContextManager[Handing]:
        """Everything short of leaving; raises CountbackError when it cannot be prepared."""
        ...
