"""What every verb of the command line shares: how a call is parsed, its pilot and its moment."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn, Protocol

from pipeline.acting import Moment
from pipeline.model import LOCAL, WrongCall, actor_of
from pipeline.pilot import Pilot

if sys.platform != "win32":
    import pwd

Result = dict[str, Any]
#: What a verb does: its result, and the exit status.
Run = Callable[[argparse.Namespace], tuple[Result, int]]


class AddVerb(Protocol):
    """Adds a verb, with what it says of itself in the help; its own options are then added."""

    def __call__(self, name: str, run: Run, told: str) -> argparse.ArgumentParser:
        """The verb's own parser."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a call in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Raises WrongCall with what argparse found."""
        raise WrongCall(f"{message[:1].upper()}{message[1:]}: see `python -m pipeline --help`.")


def pilot_of(call: argparse.Namespace) -> Pilot:
    """The pilot that is named, or the demo."""
    return ours(Pilot.open(Path(call.pilot or "data/demo")))


def ours(pilot: Pilot) -> Pilot:
    """The pilot on behalf of whoever is signed in to this machine."""
    user = _user()
    return pilot.on_behalf(actor_of(f"{LOCAL}|{user}", user))


def _user() -> str:
    """The user that this process runs as, by the system's word and no variable's."""
    if sys.platform == "win32":
        return os.getlogin()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # A container may run under a number that has no name.
        return f"uid-{os.getuid()}"


def check_scope(pilot: Pilot, customers: str) -> None:
    """Raises WrongCall when an arm is asked for that pilot.toml does not set."""
    wanted = {"SEGMENT": pilot.settings.segment.where, "CONTROL": pilot.settings.control.where}
    if customers in wanted and not wanted[customers]:
        raise WrongCall(
            f"{pilot.folder / 'pilot.toml'}: [{customers.lower()}] where is not set, so there are "
            f"no {customers} customers: add it or use --customers ALL."
        )


def moment(call: argparse.Namespace) -> Moment:
    """Who acts, at the moment of the call."""
    return Moment(by=call.by, now=call.now)


def day(text: str) -> date:
    """An option's value as a day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-03-31") from error


def amount(text: str) -> Decimal:
    """An option's value as an amount of money."""
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount like 1250.50") from error


def pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """What stands before and after the first = of each."""
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise WrongCall(f"{option} {text}: write NAME=VALUE, for example amount=Open balance.")
        found[name.strip()] = value.strip()
    return found
