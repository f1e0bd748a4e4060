"""A pilot of two customers who owe one invoice each, drawn by hand; and what is done in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.header import decode_header
from pathlib import Path

from pipeline.acting import Moment, decide_case
from pipeline.ledger import Ledger
from pipeline.model import Entry, fingerprint
from pipeline.pilot import Pilot
from pipeline.sending import Report, send
from tests.drawn import draw, tables

DAY = date(2026, 3, 31)  # a Tuesday
NOW = datetime(2026, 3, 31, 14, 30, tzinfo=UTC)
ANA = Moment(by="Ana Ruiz", now=NOW)
BOX = Moment(by="outbox", now=NOW)
ALDER, BIRCH = "alder/routine/USD", "birch/routine/USD"

SETTINGS = """
[pilot]
name = "Drawn by hand"
company = "Northlight Software"
currency = "USD"
as_of = 2026-03-31
{pilot}
[outbox]
{outbox}
[[rule]]
name = "dispute ticket open"
lane = "disputed"
when = "open_dispute_tickets > 0"
"""
TABLES = """
customers.csv
customer_id | name         | tier | country | terms | owner_id
alder       | Alder Works  | mid  | US      | NET30 | p1
birch       | Birch Labs   | mid  |         | NET30 | p1

invoices.csv
invoice_id | customer_id | issued_on  | due_on     | amount  | currency | terms
A-1        | alder       | 2026-01-10 | 2026-02-09 | 1000.00 | USD      | NET30
B-1        | birch       | 2026-01-15 | 2026-02-14 | 700.00  | USD      | NET30

applications.csv
application_id | invoice_id | kind | effective_on | amount | currency
X-0            | B-0        | cash | 2026-01-05   | 1.00   | USD

contacts.csv
contact_id | customer_id | name       | email              | verified_on | status
k1         | alder       | Maria Shaw | maria@alder.test   | 2026-03-01  | active
k2         | birch       | Tom Birch  | tom@birch.test     | 2026-03-01  | active

people.csv
person_id | name     | email                | team  | active
p1        | Ana Ruiz | ana@northlight.test  | sales | true
"""


#: What an approval writes on an empty record, by the fingerprint of all that it hangs on.
_FIRST_APPROVALS: dict[str, list[str]] = {}
#: The tests' day is day 44: one by one.
COPILOT = "started_on = 2026-02-15"


def world(folder: Path, *, outbox: str = "", pilot: str = COPILOT, more: str = "") -> Pilot:
    """The pilot, with lines put into its settings and tables drawn over the usual ones."""
    return draw(folder, TABLES + more, SETTINGS.format(outbox=outbox, pilot=pilot))


def redraw(pilot: Pilot, text: str) -> None:
    """Other exports arrive."""
    for name, content in tables(text).items():
        (pilot.exports / name).write_text(content, encoding="utf-8")


def replaced(pilot: Pilot, file: str, old: str, new: str) -> None:
    """One value of an export is another from now on."""
    path = pilot.exports / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def approve(pilot: Pilot, case_id: str = ALDER, by: str = "Ana Ruiz", as_of: date = DAY) -> Entry:
    """Somebody approves the case's draft as it is.

    What that writes as the first entry of a record is known once it was done on equal files; the
    tests of the outbox, which hold what comes after, need it no second time.
    """
    key = fingerprint(case_id, by, as_of.isoformat(), *_texts(pilot))
    is_outbox = os.environ.get("PYTEST_CURRENT_TEST", "").startswith("tests/outbox/")
    is_first = is_outbox and pilot.actor is None and not pilot.entries()
    if is_first and key in _FIRST_APPROVALS:
        with ledger_of(pilot) as ledger:
            ledger.take_over(_FIRST_APPROVALS[key])
        return pilot.entries()[-1]
    with pilot.day(as_of) as day:
        entry = decide_case(pilot, day, case_id, verdict="approve", moment=Moment(by, NOW))
    if is_first:
        with ledger_of(pilot) as ledger:
            _FIRST_APPROVALS[key] = [*ledger.export()]
    return entry


def _texts(pilot: Pilot) -> list[str]:
    """Every file that an approval may hang on: exports, settings, layouts."""
    paths = [path for path in sorted(pilot.folder.rglob("*")) if path.is_file()]
    kept = [path for path in paths if ".cache" not in path.parts and "ledger" not in path.name]
    return [f"{path.relative_to(pilot.folder)}\t{path.read_bytes().hex()}" for path in kept]


def run(
    pilot: Pilot,
    *,
    now: datetime = NOW,
    as_of: date | None = None,
    dry_run: bool = False,
    environment: Mapping[str, str] | None = None,
    step: Callable[[int], None] = lambda _: None,
) -> Report:
    """One hand-over run by the machine."""
    moment = Moment(by="outbox", now=now)
    return send(
        pilot.folder, moment, as_of=as_of, dry_run=dry_run, environment=environment or {}, step=step
    )


def why(report: Report) -> list[str]:
    """The codes of all that kept something back."""
    return [reason.code for one in report.kept for reason in one.reasons]


def sentences(report: Report) -> str:
    """Everything that the run says about what stayed."""
    return " ".join(reason.sentence for one in report.kept for reason in one.reasons)


def files(pilot: Pilot) -> list[Path]:
    """The letters in the outbox folder."""
    return sorted((pilot.folder / "outbox").glob("*.eml"))


def read(data: bytes) -> tuple[str, str, str]:
    """Recipient, subject and body of a letter, as a mail program shows them."""
    mail = message_from_bytes(data, policy=policy.compat32)
    subject = "".join(
        part.decode(charset or "ascii") if isinstance(part, bytes) else part
        for part, charset in decode_header(mail["Subject"].replace("\r\n ", " "))
    )
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return mail["To"], subject, body.decode().replace("\r\n", "\n")


def hash_of(path: Path) -> str:
    """The fingerprint of what a file says, as an approval is bound to it."""
    to, subject, body = read(path.read_bytes())
    return fingerprint(to, subject, body.removesuffix("\n"))


def entries(pilot: Pilot, kind: str = "") -> list[Entry]:
    """The record, or its entries of one kind."""
    return [entry for entry in pilot.entries() if not kind or entry.kind == kind]


def ledger_of(pilot: Pilot) -> closing[Ledger]:
    """The record to write in, closed after the block."""
    return closing(pilot.ledger())
