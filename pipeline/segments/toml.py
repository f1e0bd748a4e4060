"""A chosen candidate as the lines of a pilot.toml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def as_toml(candidate: Mapping[str, Any], windows: Mapping[str, Any]) -> str:
    """[segment], [control] and [windows] for a candidate of `choose`, ready to be pasted."""
    spans = "\n".join(
        f"{name} = [{windows[name][0]}, {windows[name][1]}]" for name in ("selection", "baseline")
    )
    return (
        f"[segment]\nname = {_text(candidate['candidate'])}\nwhere = {_text(candidate['where'])}\n"
        f'[control]\nkind = "comparison"\nwhere = {_text(candidate["control_where"])}\n'
        f"[windows]\n{spans}\n"
    )


def _text(value: str) -> str:
    """A TOML basic string: its escapes are JSON's, but for DEL, which JSON leaves bare."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
