"""Bytes to text that any database can hold, whatever the message says its charset is."""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

#: A header longer than this is cut before its encoded words are read.
LONGEST_HEADER = 4_000
#: Codecs that are no charsets of mail, and those slow enough to be an attack.
_NO_CHARSET = re.compile(
    r"punycode|idna|escape|undefined|mbcs|oem|rot|hex|base64|bz2|zlib|zip|quopri|uu", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAMES = {"ks_c_5601-1987": "cp949", "unicode-1-1-utf-7": "utf-7", "x-sjis": "cp932"}


def decoded(data: bytes, charset: str | None) -> str:
    """Text of the declared charset; else UTF-8; else Windows text. Never fails."""
    for name in filter(None, (_codec(charset), "utf-8")):
        try:
            return cleaned(data.decode(name))
        except (UnicodeError, ValueError):
            continue
    known = _codec(charset)
    return cleaned(data.decode(known if known and known != "ascii" else "cp1252", "replace"))


def _codec(charset: str | None) -> str | None:
    named = (charset or "").strip().strip("\"'").lower()
    named = _NAMES.get(named, named)
    if not named or len(named) > 40 or _NO_CHARSET.search(named) or "\0" in named:
        return None
    try:
        found = codecs.lookup(named).name
    except (LookupError, ValueError):
        return None
    # Old clients say Latin-1 and write Windows text; the first is contained in the second.
    return "cp1252" if found == "iso8859-1" else found


def cleaned(text: str) -> str:
    """Without control characters and halves of characters; line ends as one character."""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def header_text(raw: str) -> str:
    """A header as text on one line, its encoded words read."""
    one_line = " ".join(raw_text(raw[:LONGEST_HEADER]).split())
    if "=?" not in one_line:
        return cleaned(one_line)
    try:
        pieces = decode_header(one_line)
    except (HeaderParseError, ValueError):
        return cleaned(one_line)
    return " ".join(
        "".join(
            decoded(piece, charset) if isinstance(piece, bytes) else cleaned(piece)
            for piece, charset in pieces
        ).split()
    )


def raw_text(raw: str) -> str:
    """Header text in which bytes beyond ASCII passed through as surrogates, read as UTF-8."""
    if raw.isascii():
        return raw
    return decoded(raw.encode("utf-8", "surrogateescape"), "utf-8")
