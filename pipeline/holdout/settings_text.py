"""[control] in pilot.toml as text: the rest of the file stays as it was written."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from pipeline.model import CountbackError
from pipeline.settings import ControlSection

_HEADER = re.compile(r"^\s*\[")
_CONTROL = re.compile(r"^\s*\[\s*control\s*\]\s*(#.*)?$")
_OURS = re.compile(r"^\s*(kind|where)\s*=")


def control_as_written(path: Path) -> tuple[str, str]:
    """(kind, where) of the control that pilot.toml names now."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CountbackError(f"{path}: cannot be read ({error.strerror}).") from error
    control = ControlSection.model_validate(data.get("control", {}))
    return control.kind, control.where


def with_control(text: str, kind: str, where: str) -> str:
    """The settings with this control, everything else as it was written.

    Raises CountbackError when the file is written so that only a person can change it.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    ours = [f"kind = {_text(kind)}", f"where = {_text(where)}"]
    lines = text.splitlines()
    at = next((n for n, line in enumerate(lines) if _CONTROL.match(line)), None)
    if at is None:
        changed = [*lines, "", "[control]", *ours]
    else:
        rest = range(at + 1, len(lines))
        stop = next((n for n in rest if _HEADER.match(lines[n])), len(lines))
        kept = [line for line in lines[at + 1 : stop] if not _OURS.match(line)]
        changed = [*lines[: at + 1], *ours, *kept, *lines[stop:]]
    found = end.join(changed) + end
    _check(text, found, kind, where)
    return found


def _check(before: str, after: str, kind: str, where: str) -> None:
    """What was written is read again before it counts."""
    wanted = {**tomllib.loads(before)}
    wanted["control"] = {**wanted.get("control", {}), "kind": kind, "where": where}
    try:
        is_meant = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        is_meant = False
    if not is_meant:
        raise CountbackError(
            "pilot.toml is written in a way that cannot be changed without touching other lines: "
            "give [control] its own plain lines, kind and where, one line each."
        )


def _text(value: str) -> str:
    # DEL is the one character that JSON leaves bare and TOML does not allow.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
