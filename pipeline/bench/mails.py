"""A mailbox of many mails, from its bytes to threads and customers, against Python's own parser.

The baseline opens the same file with `mailbox` and `email` of the standard library, decodes five
headers and the first plain text of every mail, and stops there: no quotation is set apart, no
meaning read, nothing threaded or matched, and nothing is held to limits in a process of its own.
"""

from __future__ import annotations

import mailbox
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import format_datetime
from pathlib import Path

from pipeline.bench.measuring import Measured
from pipeline.model import CountbackError
from pipeline.pilot import Pilot

_CUSTOMERS = 2_000
_BEGINS = datetime(2025, 1, 6, 8, tzinfo=UTC)
#: A question, our answer and the customer's last word: one thread in three mails, each with a
#: sentence that no other mail has.
_SAID = (
    "Could you send {invoice} once more for case {thread}? Our system did not take it.",
    "Of course, here it is. Please tell us when {invoice} will be paid, case {thread}.",
    "Thank you, we pay it on Friday with run {thread}.",
)
_HEADERS = ("From", "To", "Subject", "Date", "Message-ID")


def measure(measured: Measured, folder: Path, mails: int) -> None:
    """Both ways over one mailbox: the load whole, then what a day makes of it."""
    pilot = _written(folder, mails)
    path = pilot.exports / "inbox.mbox"
    with measured.lap("baseline"):
        parsed = sum(1 for text in _parsed(path) if text)
    with measured.lap("load"):
        report = pilot.load()
    [file] = [one for one in report.files if one.file == path.name]
    if not parsed == file.accepted == mails:
        raise CountbackError(f"bench: {parsed} and {file.accepted} of {mails} mails were read.")
    with measured.lap("match"), pilot.day(_BEGINS.date() + timedelta(days=700)) as day:
        matched = len(day.table("matched_messages"))
    measured.seconds["ours"] = measured.seconds["load"] + measured.seconds["match"]
    measured.cpu["ours"] = measured.cpu["load"] + measured.cpu["match"]
    measured.notes = {
        "mails": mails,
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "matched": matched,
    }


def _parsed(path: Path) -> Iterator[str]:
    with closing(mailbox.mbox(path, create=False)) as box:
        for message in box:
            told = [str(make_header(decode_header(message[name]))) for name in _HEADERS]
            yield "\n".join([*told, _plain(message)])


def _plain(message: Message) -> str:
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return ""


def _written(folder: Path, mails: int) -> Pilot:
    """A pilot of a few thousand invoices, and the mailbox beside them."""
    shutil.rmtree(folder, ignore_errors=True)
    pilot = Pilot.create(folder)
    _table(pilot, "customers.csv", "customer_id,name", "C{n:04d},Customer {n:04d}")
    _table(
        pilot,
        "contacts.csv",
        "contact_id,customer_id,name,email",
        "K{n:04d},C{n:04d},Clerk,ap@customer{n:04d}.example",
    )
    _table(pilot, "people.csv", "person_id,name,email", "P{n:04d},Collector,ar{n:04d}@us.example")
    _table(
        pilot,
        "invoices.csv",
        "invoice_id,customer_id,issued_on,due_on,amount",
        "INV-{n:05d},C{n:04d},2025-01-03,2025-02-02,100.00",
    )
    with (pilot.exports / "inbox.mbox").open("wb") as out:
        for number in range(mails):
            out.write(_mail(number).encode())
    return Pilot.open(folder)


def _table(pilot: Pilot, name: str, header: str, row: str) -> None:
    rows = [row.format(n=n) for n in range(_CUSTOMERS)]
    (pilot.exports / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def _mail(number: int) -> str:
    thread, turn = divmod(number, len(_SAID))
    customer = thread % _CUSTOMERS
    theirs, ours = f"ap@customer{customer:04d}.example", f"ar{customer:04d}@us.example"
    sender, to = (ours, theirs) if turn == 1 else (theirs, ours)
    invoice = f"INV-{customer:05d}"
    sent = _BEGINS + timedelta(minutes=number * 2)
    said = [line.format(invoice=invoice, thread=thread) for line in _SAID]
    before = f"> {said[turn - 1]}\n> Kind regards\n"
    quoted = f"On 5 Jan 2025 at 10:12, AR <{to}> wrote:\n{before}" if turn else ""
    answers = f"In-Reply-To: <{number - 1}@mail.example>\n" if turn else ""
    return (
        f"From - {sent:%a %b %d %H:%M:%S %Y}\n"
        f"Received: from mx.example by us.example; {format_datetime(sent)}\n"
        f"From: Clerk {customer} <{sender}>\nTo: {to}\n"
        f"Subject: {'Re: ' if turn else ''}{invoice}\nDate: {format_datetime(sent)}\n"
        f"Message-ID: <{number}@mail.example>\n{answers}"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{said[turn]}\n\nKind regards\nClerk {customer}\n\n{quoted}\n"
    )
