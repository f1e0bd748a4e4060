"""Outlook's single messages (.msg): an OLE file with the headers of the mail inside."""

from __future__ import annotations

import struct
from datetime import datetime
from email.errors import MessageError
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.exports.mail.addresses import written
from pipeline.exports.mail.charsets import cleaned
from pipeline.exports.mail.letters import FAULTS, MOST_BYTES, Letter, TooMuch, iso, letter
from pipeline.exports.mail.markup import plain_text

if TYPE_CHECKING:
    import oxmsg

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What the reader of OLE files is known to raise on damaged ones, besides ours.
_DAMAGED = (*FAULTS, OSError, EOFError, struct.error, MessageError, NotImplementedError)


def read_outlook(path: Path) -> Letter:
    """One .msg; raises `TooMuch` when it is damaged, too large, or no mail."""
    if path.stat().st_size > MOST_BYTES:
        raise TooMuch(f"is larger than {MOST_BYTES // 1_000_000} MB")
    # Costs a tenth of a second, which only an Outlook message is worth.
    import oxmsg  # noqa: PLC0415

    try:
        message = oxmsg.Message.load(str(path))
        body, headers = _body(message), _headers(message)
    except _DAMAGED as error:
        raise TooMuch("is no Outlook message, or is damaged: save it as .eml") from error
    return letter(headers, body, path.read_bytes(), _saved(message.sent_date))


def _body(message: oxmsg.Message) -> str:
    """Plain text, else HTML as plain; a message kept as rich text only is refused."""
    text = cleaned(message.body or "") or plain_text(message.html_body or "")
    return text.strip()


def _headers(message: oxmsg.Message) -> dict[str, list[str]]:
    """The headers it travelled with; what Outlook noted itself where it never travelled."""
    found = {name.lower(): [str(value)] for name, value in message.message_headers.items()}
    if "from" not in found and message.sender:
        found["from"] = [message.sender]
    if "subject" not in found and message.subject:
        found["subject"] = [message.subject]
    if "to" not in found:
        found["to"] = [", ".join(_recipients(message))]
    return found


def _recipients(message: oxmsg.Message) -> list[str]:
    return [
        written(recipient.name or "", recipient.email_address)
        for recipient in message.recipients
        if recipient.email_address
    ]


def _saved(moment: datetime | None) -> str:
    return iso(moment) if moment else ""
