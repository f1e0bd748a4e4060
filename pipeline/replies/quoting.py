"""A quotation as it stands in the message: what was left out while reading is put back."""

from __future__ import annotations

import re

#: What readers leave out of a text, or write as a plain space: it may stand anywhere.
_UNSEEN = "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]*"


def verbatim(words: str, message: str) -> str:
    """The stretch of the message that these words were read from; empty when there is none."""
    if words in message:
        return words
    found = re.search(_loosely(words), message)
    if found:
        return found[0]
    lines = [line.strip() for line in words.splitlines() if line.strip() in message]
    return max(lines, key=len, default="")


def _loosely(words: str) -> str:
    return _UNSEEN.join(r"\s+" if part.isspace() else re.escape(part) for part in _parts(words))


def _parts(words: str) -> list[str]:
    """Characters, each run of spaces as one."""
    return re.findall(r"\s+|\S", words)
