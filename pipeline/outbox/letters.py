"""One approved message as the exact bytes that leave: headers we choose, the text as approved.

Headers are encoded here and never parsed again while writing: the standard library's newer
policies decode what looks encoded in a subject, and a line break hidden in it becomes a header
(CVE-2024-6923). Afterwards the bytes are read back: they must hold our headers and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header, decode_header
from email.message import Message
from email.utils import format_datetime
from io import BytesIO
from urllib.parse import quote

from pipeline.model import CountbackError, Noun, fingerprint

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
#: Longest address and local part (RFC 5321, 4.5.3.1).
_LONGEST_ADDRESS, _LONGEST_LOCAL = 254, 64
_WRAP = policy.compat32.clone(linesep="\r\n", max_line_length=None)
#: Where a message comes from when no sender is set: a name that can never be anybody's (RFC 2606).
_NOWHERE = "countback.invalid"


class Letter(Noun):
    """What was approved, and who sends it."""

    to: str
    subject: str
    body: str
    message_id: str
    sender: str = ""
    """Our address; empty: whoever opens the file sends it from their own."""
    sender_name: str = ""

    def as_bytes(self, now: datetime) -> bytes:
        """The message as it leaves at that moment (aware): the same letter, the same bytes.

        Raises CountbackError when a header cannot be written safely, or the text not unchanged.
        """
        headers = self._headers(now)
        message = Message(_WRAP)
        for name, value in headers:
            message[name] = value
        charset = Charset("utf-8")
        charset.body_encoding = QP
        message.set_payload(_lines(self.body) + "\n", charset)
        out = BytesIO()
        BytesGenerator(out, mangle_from_=False, policy=_WRAP).flatten(message)
        data = re.sub(rb"\r?\n", b"\r\n", out.getvalue())
        self._read_back(data, [name for name, _ in headers])
        return data

    def _headers(self, now: datetime) -> list[tuple[str, str]]:
        if now.utcoffset() is None:
            raise CountbackError(f"The time {now.isoformat()} has no time zone: give it in UTC.")
        headers = [
            ("Date", format_datetime(now.astimezone(UTC).replace(microsecond=0))),
            ("Message-ID", self.message_id),
            ("To", checked_address(self.to)),
            ("Subject", _encoded(_one_line("subject", self.subject), "Subject")),
        ]
        if self.sender:
            name = _encoded(_one_line("sender's name", self.sender_name), "From", phrase=True)
            address = checked_address(self.sender)
            headers.insert(1, ("From", f"{name} <{address}>" if name else address))
        else:
            # Mail programs open such a file as a draft that waits to be sent.
            headers.append(("X-Unsent", "1"))
        return headers

    def _read_back(self, data: bytes, expected: list[str]) -> None:
        read = message_from_bytes(data, policy=policy.compat32)
        wanted = sorted([*expected, "MIME-Version", "Content-Type", "Content-Transfer-Encoding"])
        body = read.get_payload(decode=True)
        text = body.decode() if isinstance(body, bytes) else ""
        subject = "".join(
            part.decode(charset or "ascii") if isinstance(part, bytes) else part
            for part, charset in decode_header(re.sub(r"\r\n(?=\s)", "", read["Subject"]))
        )
        same = (sorted(read.keys()), read["To"], subject, _lines(text).rstrip("\n"))
        if same != (wanted, self.to, self.subject, _lines(self.body).rstrip("\n")):
            raise CountbackError(
                f"The message to {self.to} cannot be written as a mail without changing it: "
                "take unusual characters out of its subject and text, then approve it anew."
            )


def message_id(event_id: str, approved_hash: str, sender: str = "") -> str:
    """The one Message-ID of an approval: a copy of it is known as a copy wherever it arrives."""
    domain = sender.rpartition("@")[2].lower() or _NOWHERE
    return f"<{fingerprint(event_id, approved_hash)[:32]}@{domain}>"


def checked_address(address: str) -> str:
    """A plain address of one person, as it is; raises CountbackError for anything else."""
    local = address.partition("@")[0]
    if (
        len(address) > _LONGEST_ADDRESS
        or len(local) > _LONGEST_LOCAL
        or not _ADDRESS.fullmatch(address)
    ):
        raise CountbackError(
            f"{address!r} is no plain mail address: correct the contact, then approve anew."
        )
    return address


def mailto_link(letter: Letter) -> str:
    """The letter as a link that a mail program opens as a draft."""
    text = _lines(letter.body).replace("\n", "\r\n")
    subject = _one_line("subject", letter.subject)
    address = quote(checked_address(letter.to), safe="@")
    return f"mailto:{address}?subject={quote(subject, safe='')}&body={quote(text, safe='')}"


def _one_line(what: str, text: str) -> str:
    """A header's text; line breaks, controls and direction marks have no place in one."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            raise CountbackError(
                f"The {what} {text[:80]!r} holds the invisible character {character!r}: take it "
                "out, then approve the message anew."
            )
    return text


def _encoded(text: str, name: str, *, phrase: bool = False) -> str:
    """A header's value in ASCII; whatever could be read in two ways is encoded."""
    plain = r"[A-Za-z0-9][A-Za-z0-9 &'-]*" if phrase else r"[ -~]*"
    if re.fullmatch(plain, text) and "=?" not in text and text == text.strip():
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
