"""A layout as TOML text, in the order in which people read the layouts that ship."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

Table = dict[str, Any]


def written(layout: Table) -> str:
    """A layout as TOML: plain keys first, then its tables; what is empty is left out."""
    plain = {key: value for key, value in layout.items() if not _is_table(value)}
    lines = [f"{key} = {_value(value)}" for key, value in plain.items() if value not in ([], "")]
    for key, value in layout.items():
        if isinstance(value, dict) and value:
            lines += ["", *_table(f"[{key}]", value)]
    for key, value in layout.items():
        if _is_tables(value):
            for one in value:
                lines += ["", *_entry(key, one)]
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or _is_tables(value)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _table(head: str, table: Table) -> list[str]:
    return [
        head,
        *(f"{_key(key)} = {_value(value)}" for key, value in table.items() if value != []),
    ]


def _entry(key: str, table: Table) -> list[str]:
    """One of several tables; of `also` the columns are tables of their own."""
    inside = {name: value for name, value in table.items() if name in ("columns", "defaults")}
    lines = _table(f"[[{key}]]", {n: v for n, v in table.items() if n not in inside})
    for name, value in inside.items():
        lines += _table(f"[{key}.{name}]", value)
    return lines


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else _value(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value, value))}]"
    return str(value)
