"""HTML mail to plain text, in one pass: quoted blocks get their ">" back, layout is dropped.

Nothing is fetched, run or resolved. Every step is linear in the length of the text, because
the text comes from strangers.
"""

from __future__ import annotations

import html
import re

#: Characters of HTML that are read: beyond it is history or decoration.
MOST_MARKUP = 2_000_000
#: Quotations inside quotations beyond this depth are marked no deeper.
_DEEPEST = 5

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[!?/][^<>]*>")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_LINES = frozenset(
    (
        "address",
        "article",
        "aside",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "thead",
        "tr",
        "ul",
    )
)
_CELLS = frozenset({"td", "th"})
_UNSEEN = ("head", "style", "script", "title", "template", "noscript")


def plain_text(markup: str) -> str:
    """The text a reader would see; a line per block, `>` before what a blockquote holds."""
    body = _without_unseen(_without_comments(markup[:MOST_MARKUP]))
    lines = _Lines()
    end = 0
    for tag in _TAG.finditer(body):
        lines.say(body[end : tag.start()])
        end = tag.end()
        if tag[2]:
            lines.obey(tag[2].lower(), closes=bool(tag[1]))
    lines.say(body[end:])
    return lines.text()


class _Lines:
    """Lines as they grow."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._line: list[str] = []
        self._depth = 0

    def say(self, text: str) -> None:
        if text:
            self._line.append(_SPACES.sub(" ", text))

    def obey(self, name: str, *, closes: bool) -> None:
        """What one tag means for the text around it."""
        if name == "blockquote":
            self._end_line()
            self._depth = max(0, self._depth + (-1 if closes else 1))
        elif name == "hr":
            self._end_line()
            self._line.append("_" * 12)
            self._end_line()
        elif name in _CELLS:
            self._line.append(" ")
        elif name in _LINES:
            self._end_line(blank=name == "br" or (name == "p" and closes))

    def _end_line(self, *, blank: bool = False) -> None:
        text = _SPACES.sub(" ", html.unescape("".join(self._line))).strip(" ")
        self._line = []
        if text or blank:
            mark = ">" * min(self._depth, _DEEPEST)
            self._done.append(f"{mark} {text}" if mark else text)

    def text(self) -> str:
        """All lines, no more than one blank one in a row."""
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._done)).strip()


def _without_comments(markup: str) -> str:
    return _cut(markup, markup, "<!--", "-->")


def _without_unseen(markup: str) -> str:
    for name in _UNSEEN:
        markup = _cut_element(markup, name)
    return markup


def _cut_element(markup: str, name: str) -> str:
    """Without every `<name …> … </name>`; an unclosed one loses its tag only."""
    kept: list[str] = []
    small, end = markup.lower(), 0
    while True:
        start = small.find(f"<{name}", end)
        if start < 0:
            return "".join([*kept, markup[end:]])
        after = start + len(name) + 1
        if small[after : after + 1].isalnum():
            kept.append(markup[end:after])
            end = after
            continue
        close = small.find(f"</{name}", after)
        if close < 0:
            return "".join([*kept, markup[end:]])
        kept.append(markup[end:start])
        end = close


def _cut(markup: str, small: str, opening: str, closing: str) -> str:
    kept: list[str] = []
    end = 0
    while True:
        start = small.find(opening, end)
        close = small.find(closing, start + len(opening)) if start >= 0 else -1
        if close < 0:
            return "".join([*kept, markup[end:]])
        kept.append(markup[end:start])
        end = close + len(closing)
