"""Log lines for machines: one JSON object a line on standard error, without anybody's words.

A line says what happened, where in the code and how long it took. It holds no text of an export,
a message or an error, as those name customers and people; who decided what is in the record.
COUNTBACK_LOG sets the least level that is written: `info`, `warning` (default), `error` or `off`.
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REPOSITORY = Path(__file__).resolve().parents[1]
LOGGER = logging.getLogger("countback")
_LEVELS = {
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "off": logging.CRITICAL + 1,
}
#: What Streamlit prints about an error of a page holds the error's own words.
_TELLS_ERRORS = "streamlit.error_util"
_WORTH_A_LINE_MS = 2000


class Lines(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's time, level and fields."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = getattr(record, "fields", {})
        said = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        return json.dumps({**said, **fields}, ensure_ascii=True)


def begin() -> None:
    """Sets the log up; again is harmless. An unknown level counts as `warning`."""
    level = _LEVELS.get(os.environ.get("COUNTBACK_LOG", "").lower(), logging.WARNING)
    LOGGER.setLevel(level)
    LOGGER.propagate = False
    if not LOGGER.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(Lines())
        LOGGER.addHandler(handler)
    teller = logging.getLogger(_TELLS_ERRORS)
    if _silent not in teller.filters:
        teller.addFilter(_silent)


def _silent(_: logging.LogRecord) -> bool:
    """`unforeseen` has told it already, without its words."""
    return False


def say(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """One line; `fields` are numbers, states and places of the code, never texts from outside."""
    LOGGER.log(level, event, extra={"fields": fields})


def unforeseen(error: Exception) -> bool:
    """Logs what a page did not foresee by its place, and tells the person one sentence.

    Returns True: nothing else is shown.
    """
    reference = token_hex(4)
    say(
        "unforeseen error",
        level=logging.ERROR,
        reference=reference,
        type=type(error).__name__,
        trace=places(error),
    )
    st.error(
        f"Something went wrong that Countback did not foresee (reference {reference}): reload the "
        "page; what was shown as saved is saved. Whoever keeps Countback running finds the place "
        "in its log by the reference.",
        icon=":material/error:",
    )
    return True


def places(error: BaseException) -> list[str]:
    """`file:line function` of our own code on the way to an error, the outermost first."""
    found = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(REPOSITORY) and ".venv" not in path.parts:
            found.append(f"{path.relative_to(REPOSITORY).as_posix()}:{frame.lineno} {frame.name}")
    return found


class SlowAndFailed:
    """A line for each answer that failed or took long: method, path and milliseconds, no query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the call on and looks at its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            took = round((time.monotonic() - began) * 1000)
            if status >= 500 or took >= _WORTH_A_LINE_MS:
                level = logging.ERROR if status >= 500 else logging.WARNING
                say(
                    "answer",
                    level=level,
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=took,
                )
