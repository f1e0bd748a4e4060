"""The small language of the rules: phrases that a collections lead can read, as patterns.

`invoic*`     a word that begins so; `*preis` one that ends so
`not … paid`  the words in this order, at most 60 characters of the sentence between them
`#`           a number
`<bill>`      any phrase of the concept `bill`
`(a|b)`       one of these; `(a|b)?` one or none, `(a|b)*` any number of them
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_STEM = re.compile(r"(?<=\w)(?<!\\w)\*|(?<![\w)\]?])\*(?=\w)")
_NAMED = re.compile(r"<(\w+)>")


def pattern(
    phrases: Sequence[str], concepts: Mapping[str, Sequence[str]], between: str = r"[\s,]+"
) -> re.Pattern[str]:
    """One pattern for any of the phrases, to be searched in folded text.

    `between` is what may stand between two words. Raises KeyError for an unknown concept.
    """
    return re.compile("|".join(_one(phrase, concepts, between) for phrase in phrases))


def _one(phrase: str, concepts: Mapping[str, Sequence[str]], between: str) -> str:
    whole = _NAMED.sub(lambda name: "(" + "|".join(concepts[name[1]]) + ")", phrase)
    grouped = whole.replace("(", "(?:").replace("#", r"\d[\d.,]*")
    spelled = _STEM.sub(r"\\w*", grouped).replace(r"\w+ )", r"[^\s,]+ )")
    gapped = re.sub(r"\s*…\s*", r"\\b.{0,60}?\\b", spelled)
    spaced = gapped.replace(" ?", "\0").replace(" ", between).replace("\0", r"[\s,]*")
    return r"\b(?:" + spaced + r")(?!\w)"
