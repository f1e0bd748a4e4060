"""The SQL files: one SELECT each, with a comment that says what it means.

A file's name (without its number) is the name of its table, metric or check. Its leading
comment is its meaning; lines of the form `-- key: value` in it are its headers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SQL = Path(__file__).parent.parent / "sql"
_HEADER = re.compile(r"^-- ([a-z]+): (.*)$")
_NUMBER = re.compile(r"^\d+_")


@dataclass(frozen=True)
class Statement:
    """One SQL file: its name, its headers, its meaning in words, and the SELECT."""

    name: str
    headers: dict[str, str]
    meaning: str
    select: str

    @property
    def is_view(self) -> bool:
        """Whether it is kept as a view: cheap to compute, or too wide to copy."""
        return self.headers.get("as") == "view"

    @property
    def words(self) -> frozenset[str]:
        """Every identifier-like word of the SELECT, to find what it reads."""
        return frozenset(re.findall(r"[a-z_][a-z0-9_]*", self.select))


def parse(name: str, text: str) -> Statement:
    """Splits a file into headers, meaning and SELECT."""
    headers: dict[str, str] = {}
    meaning: list[str] = []
    lines = text.splitlines()
    body = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    for line in lines[:body]:
        found = _HEADER.match(line)
        if found and found[1] in _KEYS:
            headers[found[1]] = found[2].strip()
        else:
            meaning.append(line.removeprefix("--").strip())
    return Statement(name, headers, " ".join(meaning), "\n".join(lines[body:]).strip())


_KEYS = frozenset({"as", "title", "unit", "better", "severity", "fix", "consequence", "waiver"})


@cache
def folder(name: str) -> dict[str, Statement]:
    """The statements of one folder of `sql/`, in the order of their numbers."""
    found = {}
    for path in sorted((SQL / name).glob("*.sql")):
        stem = _NUMBER.sub("", path.stem)
        found[stem] = parse(stem, path.read_text(encoding="utf-8"))
    return found
