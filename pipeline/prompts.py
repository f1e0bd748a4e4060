"""Prompt files in, prompts out: front matter, then sections of words with `$placeholders`.

A prompt file starts with `key: value` lines between two `---` lines. Its sections
follow, each under a `## heading`. The front matter names every placeholder that
the sections use, so a slip of the pen is found on loading, not in a message.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import NamedTuple

from pipeline.model import CountbackError

_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<words>.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)
_SETTING = re.compile(r"^([a-z][a-z0-9_]*) *: *(.*?) *$")


class Prompt(NamedTuple):
    """One prompt file as it was read, and the fingerprint of exactly those bytes."""

    name: str
    version: str
    fingerprint: str
    """The first 8 hex digits of the SHA-256 of the file."""
    sections: Mapping[str, str]
    settings: Mapping[str, str]
    file: str

    @property
    def label(self) -> str:
        """Name and fingerprint, as recorded with every draft: `reminder@3fa9c1d2`."""
        return f"{self.name}@{self.fingerprint}"

    def section(self, heading: str) -> str:
        """The words under one heading; a missing heading is named, with its file."""
        if heading not in self.sections:
            raise CountbackError(f"{self.file} has no section “{heading}”: add “## {heading}”.")
        return self.sections[heading]

    def number(self, key: str) -> int:
        """A whole number of the front matter; anything else is named, with its file."""
        value = self.settings.get(key, "")
        if not re.fullmatch(r"[0-9]+", value):
            raise CountbackError(
                f"{self.file}: “{key}” in the front matter must be a whole number, not “{value}”."
            )
        return int(value)

    def words(self) -> frozenset[str]:
        """Every word of every section in lower case: what the prompt itself may say."""
        text = " ".join(without_placeholders(words) for words in self.sections.values())
        return frozenset(word.casefold() for word in re.findall(r"[^\W\d_]+", text))


def load_prompt(folder: Path, name: str) -> Prompt:
    """Read `folder/name.md`; every fault of the file is named in one error."""
    path = folder / f"{name}.md"
    file = f"{folder.name}/{path.name}"
    data = _bytes(path, file)
    settings, sections = _parts(_text(data, file), file)
    declared = set(settings.get("placeholders", "").replace(",", " ").split())
    _refuse_strays(file, sections, declared)
    return Prompt(
        name=name,
        version=settings.get("version", ""),
        fingerprint=hashlib.sha256(data).hexdigest()[:8],
        sections=MappingProxyType(sections),
        settings=MappingProxyType(settings),
        file=file,
    )


def placeholders(text: str) -> tuple[str, ...]:
    """The placeholders of a text, in order of first use."""
    return tuple(dict.fromkeys(Template(text).get_identifiers()))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of placeholders; one without a value is an error."""
    missing = [name for name in placeholders(text) if name not in values]
    if missing:
        raise CountbackError(f"There is no value for {_listed(missing)} in “{_start(text)}”.")
    return Template(text).substitute(values)


def without_placeholders(text: str) -> str:
    """A text with blanks where its placeholders stand."""
    return re.sub(r"\$\{?[A-Za-z_][A-Za-z0-9_]*\}?", " ", text)


def _bytes(path: Path, file: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CountbackError(f"The prompt {file} cannot be read: {error.strerror}.") from error


def _text(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise CountbackError(f"{file} is not UTF-8 text: save it as UTF-8.") from error


def _parts(text: str, file: str) -> tuple[dict[str, str], dict[str, str]]:
    match = _FRONT.match(text)
    if match is None:
        raise CountbackError(f"{file} must start with its front matter between two “---” lines.")
    return _settings(match["front"], file), _sections(match["words"], file)


def _settings(front: str, file: str) -> dict[str, str]:
    settings: dict[str, str] = {}
    for number, line in enumerate(front.splitlines(), start=2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _SETTING.match(line)
        if match is None:
            raise CountbackError(f"{file}, line {number}: “{line}” is not “key: value”.")
        settings[match[1]] = match[2]
    return settings


def _sections(words: str, file: str) -> dict[str, str]:
    before, *rest = _HEADING.split(words)
    if before.strip():
        raise CountbackError(f"{file}: “{_start(before)}” stands before the first “## ” heading.")
    sections: dict[str, str] = {}
    for heading, text in zip(rest[::2], rest[1::2], strict=True):
        if heading in sections:
            raise CountbackError(f"{file} has two sections “{heading}”: rename one.")
        sections[heading] = text.strip()
    return sections


def _refuse_strays(file: str, sections: Mapping[str, str], declared: set[str]) -> None:
    used: dict[str, str] = {}
    faults: list[str] = []
    for heading, text in sections.items():
        if not Template(text).is_valid():
            faults.append(f"a lone $ in section “{heading}” (write $$)")
            continue
        for name in placeholders(text):
            used.setdefault(name, heading)
    faults += [f"unknown ${n} in section “{h}”" for n, h in used.items() if n not in declared]
    faults += [f"missing ${name} (declared, never used)" for name in sorted(declared - set(used))]
    if faults:
        raise CountbackError(f"{file} has {len(faults)} fault(s): {'; '.join(faults)}.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"${name}" for name in names)


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"
