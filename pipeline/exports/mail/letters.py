"""One message within limits: bytes in, the cells of one row out, or the reason why not.

A message is refused, by its place in the file, when reading it could cost more than it is
worth: too large, too many headers, too many parts, too deep. Attachments are never decoded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime

from pipeline.exports.mail.addresses import all_addresses, claimed_sender, parts
from pipeline.exports.mail.automatic import TELLING, automatic
from pipeline.exports.mail.charsets import cleaned, decoded, header_text, raw_text
from pipeline.exports.mail.markup import plain_text

#: Bytes of one message, attachments included: what mail servers take at most.
MOST_BYTES = 64_000_000
#: Bytes of all headers of one message, and how many headers there may be.
MOST_HEADERS, MOST_HEADER_LINES = 262_144, 2_000
MOST_PARTS = 500
MOST_MULTIPARTS = 20
#: Bytes of one text part that are decoded, and characters of a body that are kept.
MOST_TEXT_BYTES = 2_000_000
MOST_BODY = 60_000

_BOUNDARY = re.compile(
    rb"boundary\s*\*?[0-9]*\*?\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))", re.IGNORECASE
)
_NAME = re.compile(r"[!-9;-~]{1,100}")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]{1,250})\s*>")
_WHEN_RECEIVED = re.compile(r";([^;]{10,80})$")
#: What the message parser of the standard library is known to raise on hostile bytes.
FAULTS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RecursionError,
    OverflowError,
)


class TooMuch(Exception):
    """A message beyond the limits; the text is a predicate such as "has 50,001 parts"."""


@dataclass(frozen=True)
class Letter:
    """One message: the cells of `messages`, and what the row has no column for."""

    message_id: str
    thread_id: str
    sent_at: str
    """ISO with offset, UTC; empty when no header says when."""
    sender: str
    recipients: str
    subject: str
    body: str
    automatic: str | None = None
    """reply, bounce or bulk; None for a person's own words."""
    was_received: bool = False
    """Whether it came in over the network: a copy of what we sent shows no such trace."""
    faults: tuple[str, ...] = field(default=())


def read_letter(data: bytes) -> Letter:
    """One message from its bytes; raises `TooMuch` beyond the limits or when it is none."""
    data = data.lstrip(b"\r\n")
    end = _check_size(data)
    headers = raw_headers(data[:end])
    if not headers.keys() & {"from", "to", "subject", "date", "message-id", "sender"}:
        raise TooMuch("is no mail: it has none of the headers From, To, Subject and Date")
    try:
        body = _body(_message(data, end, headers))
    except FAULTS as error:
        raise TooMuch("cannot be read as a mail") from error
    return letter(headers, body, data)


def letter(
    headers: Mapping[str, Sequence[str]], body: str, data: bytes, when: str | None = None
) -> Letter:
    """A message from its headers (names in lower case) and text; `data` names it if nothing does.

    `when` is what another place than the headers says about the date, in ISO.
    """
    own_id = _first_id(headers, "message-id") or _made_id(data)
    subject = header_text(_one(headers, "subject"))
    sender = _sender(headers)
    return Letter(
        message_id=own_id,
        thread_id=_first_id(headers, "references") or _first_id(headers, "in-reply-to") or own_id,
        sent_at=_sent_at(headers) or when or "",
        sender=sender,
        recipients=_recipients(headers),
        subject=subject,
        body=body[:MOST_BODY],
        automatic=automatic(_telling(headers), sender, subject),
        was_received=any(n in headers for n in ("received", "delivered-to", "x-received")),
        faults=_faults(headers, sender, body),
    )


def _telling(headers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The headers that tell a person's message from an automatic one, as text."""
    return {name: header_text(headers[name][0]) for name in TELLING if name in headers}


def _faults(headers: Mapping[str, Sequence[str]], sender: str, body: str) -> tuple[str, ...]:
    found = []
    if len(headers.get("from", ())) > 1:
        found.append("has several From headers, so its sender is not known")
    elif sender.startswith("unclear:"):
        found.append("has a From header that can be read in several ways")
    if len(body) > MOST_BODY:
        found.append(f"is longer than {MOST_BODY:,} characters and was cut there")
    return tuple(found)


def _message(data: bytes, end: int, headers: Mapping[str, Sequence[str]]) -> Message:
    """The message with its parts; one that has none needs no parser."""
    if _check_parts(data):
        return message_from_bytes(data)
    message = Message()
    for name in ("content-type", "content-transfer-encoding", "content-disposition"):
        if name in headers:
            message[name] = " ".join(headers[name][0].split())
    message.set_payload(data[end:].lstrip(b"\r\n").decode("ascii", "surrogateescape"))
    return message


def _check_size(data: bytes) -> int:
    """Where the headers end; raises TooMuch when they, or the whole, are too long."""
    if len(data) > MOST_BYTES:
        raise TooMuch(f"is larger than {MOST_BYTES // 1_000_000} MB")
    ends = _BLANK_LINE.search(data)
    header_bytes = ends.start() if ends else len(data)
    if header_bytes > MOST_HEADERS:
        raise TooMuch(f"has {header_bytes:,} bytes of headers (at most {MOST_HEADERS:,})")
    header_lines = data.count(b"\n", 0, header_bytes)
    if header_lines > MOST_HEADER_LINES:
        raise TooMuch(f"has {header_lines:,} header lines (at most {MOST_HEADER_LINES:,})")
    return header_bytes


def _check_parts(data: bytes) -> bool:
    """Whether there may be parts; counts them before a parser builds an object for each."""
    boundaries = set()
    if b"oundary" not in data and b"OUNDARY" not in data.upper():
        return False
    for multiparts, found in enumerate(_BOUNDARY.finditer(data), 1):
        if multiparts > MOST_MULTIPARTS * 4:
            raise TooMuch(f"nests parts in parts more than {MOST_MULTIPARTS} times")
        boundaries.add(found[1] or found[2] or b"")
    if len(boundaries) > MOST_MULTIPARTS:
        raise TooMuch(f"nests parts in parts more than {MOST_MULTIPARTS} times")
    counted = sum(data.count(b"\n--" + boundary) for boundary in boundaries)
    if counted > MOST_PARTS:
        raise TooMuch(f"has {counted:,} parts (at most {MOST_PARTS})")
    return bool(boundaries)


def raw_headers(block: bytes) -> dict[str, list[str]]:
    """Header values by name in lower case, in order, unfolded and otherwise as written."""
    found: dict[str, list[str]] = {}
    last: list[str] | None = None
    # Only line feeds end a header line: other separators would let a value bring headers in.
    for line in raw_text(block.decode("ascii", "surrogateescape")).split("\n"):
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and last is not None:
            last[-1] += " " + line.strip()
        elif colon and _NAME.fullmatch(name.rstrip()):
            last = found.setdefault(name.rstrip().lower(), [])
            last.append(value.strip())
    return found


def _one(headers: Mapping[str, Sequence[str]], name: str) -> str:
    values = headers.get(name, ())
    return values[0] if values else ""


def _sender(headers: Mapping[str, Sequence[str]]) -> str:
    given = headers.get("from") or headers.get("sender") or ()
    if len(given) > 1:
        return claimed_sender(" / ".join(header_text(value) for value in given))
    return claimed_sender(given[0], header_text) if given else ""


def _recipients(headers: Mapping[str, Sequence[str]]) -> str:
    """To and Cc as written names and addresses, separated by commas."""
    given = [part for name in ("to", "cc") for part in parts(_one(headers, name))]
    shown = [claimed_sender(part, header_text) for part in given if part.strip()]
    return ", ".join(text for text in shown if all_addresses(text))


def _first_id(headers: Mapping[str, Sequence[str]], name: str) -> str | None:
    found = _MESSAGE_ID.search(_one(headers, name)[:4_000])
    return cleaned(found[1]) if found else None


def _made_id(data: bytes) -> str:
    """A name for a message without one: the same bytes get the same name."""
    return f"{hashlib.sha256(data).hexdigest()[:24]}@without-message-id"


def _sent_at(headers: Mapping[str, Sequence[str]]) -> str:
    """The Date header as ISO in UTC, else when it was received; empty when none can be read."""
    given = _moment(_one(headers, "date"))
    if given:
        return given
    # The newest Received is on top, written by the server that the mailbox lies on.
    received = _WHEN_RECEIVED.search(" ".join(_one(headers, "received").split()))
    return _moment(received[1]) if received else ""


def _moment(text: str) -> str:
    try:
        found = parsedate_to_datetime(" ".join(text[:200].split()))
        return iso(found)
    except FAULTS:
        return ""


def iso(moment: datetime) -> str:
    """A moment in UTC as the intake reads it; empty outside the years of electronic mail."""
    utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return utc.isoformat(timespec="seconds") if 1970 <= utc.year < 2200 else ""


def _body(message: Message) -> str:
    """The text for people: plain when there is any, else HTML as plain."""
    plain = [*_texts(message, "text/plain")]
    if any(text.strip() for text in plain):
        return "\n\n".join(plain).strip()
    return "\n\n".join(plain_text(text) for text in _texts(message, "text/html")).strip()


def _texts(message: Message, wanted: str) -> Iterator[str]:
    """Decoded texts of one type, outside of attachments and of messages inside the message."""
    for part in _shown(message):
        if part.get_content_type() == wanted and not _is_attached(part):
            yield _decoded(part)


def _shown(message: Message) -> Iterator[Message]:
    if message.get_content_maintype() == "message":
        return
    if not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _shown(part)


def _is_attached(part: Message) -> bool:
    return (part.get_content_disposition() or "") == "attachment" or bool(part.get_filename())


def _decoded(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
        charset = part.get_param("charset")
    except FAULTS:
        data, charset = str(part.get_payload()).encode("utf-8", "replace"), None
    name = charset[2] if isinstance(charset, tuple) else charset
    return decoded(data[:MOST_TEXT_BYTES], name) if isinstance(data, bytes) else ""
