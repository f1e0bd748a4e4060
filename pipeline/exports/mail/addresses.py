"""A strict reader of addresses: a header that can be read in two ways is read in none.

The sender in a file is a claim. `ap@customer.example]<x@attacker.example>` is one address to
lenient readers and another to strict ones; here it is nobody's, so it can match no customer.
"""

from __future__ import annotations

import re

#: Longest address of RFC 5321 (256 octets with its angle brackets).
_LONGEST = 254
#: Characters of a header that are looked at: a list of some two thousand addresses.
_MOST_TEXT = 65_536
#: Recipients that are kept of one message.
MOST_RECIPIENTS = 200

_ATOM = r"[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f]+"
_ADDRESS = re.compile(rf"{_ATOM}@[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f]+")
#: A name in front: quoted as a whole, or words without any character of the grammar.
_NAME = r'(?:"(?P<quoted>(?:[^"\\\x00-\x1f]|\\.)*)"|(?P<plain>[^"(),:;<>@\[\\\]\x00-\x1f]*))'
_NAMED = re.compile(rf"{_NAME}\s*<(?P<address>[^<>]+)>")
_COMMENTED = re.compile(r"(?P<address>[^\s()<>\",]+)\s+\((?P<plain>[^()<>@\"]*)\)")
_UNCLEAR = "unclear: "


def strict_address(text: str | None) -> str | None:
    """The one address a sender's text holds, in lower case; None when there is any doubt."""
    found = _split(text or "")
    return found[1] if found else None


def _split(text: str) -> tuple[str, str] | None:
    """(name, address) of `name <address>`, `address (name)` or a bare address."""
    trimmed = text.strip()
    if len(trimmed) > 2_000:
        return None
    for pattern in (_NAMED, _COMMENTED):
        found = pattern.fullmatch(trimmed)
        if found:
            groups = found.groupdict()
            name = groups.get("quoted") or groups.get("plain") or ""
            return _checked(name.replace("\\", ""), found["address"])
    return _checked("", trimmed)


def _checked(name: str, address: str) -> tuple[str, str] | None:
    # What cannot be seen (a zero width, a turn of direction) makes two addresses look like one.
    fits = len(address) <= _LONGEST and address.isprintable() and _ADDRESS.fullmatch(address)
    return (name.strip(), address.lower()) if fits else None


def written(name: str, address: str) -> str:
    """`"name" <address>`, quoted so that no name can pass for an address."""
    kept = "".join(c for c in name if c not in '"\\' and c >= " ").strip()
    return f'"{kept}" <{address}>' if kept else address


def claimed_sender(header: str, decode: object = None) -> str:
    """What a From header says, written so that a doubtful one stays doubtful.

    `decode` turns encoded words into text; it is applied to the name alone, after the
    address has been found, so that no encoding can bring an address in.
    """
    found = _split(" ".join(header.split()))
    words = decode if callable(decode) else str
    if found is None:
        return f"{_UNCLEAR}{words(header.strip())[:500]}" if header.strip() else ""
    return written(str(words(found[0])), found[1])


def all_addresses(text: str | None) -> list[str]:
    """Every address of a list of recipients that is beyond doubt, in order, each once."""
    found = (strict_address(part) for part in parts(text or ""))
    return list(dict.fromkeys(address for address in found if address))[:MOST_RECIPIENTS]


def parts(text: str) -> list[str]:
    """A list of addresses cut at its commas and semicolons, those inside quotes left alone."""
    found: list[str] = []
    start, is_quoted = 0, False
    cut = text[:_MOST_TEXT]
    for place, character in enumerate(cut):
        if character == '"':
            is_quoted = not is_quoted
        elif character in ",;" and not is_quoted:
            found.append(cut[start:place])
            start = place + 1
            if len(found) > MOST_RECIPIENTS:
                return found
    return [*found, cut[start:]]
