"""A pilot in which every field that strangers fill holds an attack, with something on every page.

Whatever loads, runs or links would name the host `attacker.test`; nothing else does.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.acting import Moment, decide_case
from pipeline.deciding import flag_dispute
from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from tests.exports import workbook

HOST = "attacker.test"
TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 14, 0, tzinfo=UTC)
ATTACKS = (
    f"![x](https://{HOST}/p.png)",
    f"[pay here](https://{HOST}/pay)",
    f"https://{HOST}/bare",
    f"<img src=https://{HOST}/i.png onerror=alert(1)>",
    f"<script src=https://{HOST}/s.js></script><script>alert(2)</script>",
    f"<a href='https://{HOST}/a' onmouseover=alert(3)>invoice</a>",
    f"<style>@import 'https://{HOST}/c.css';</style>",
    f'"><svg onload=alert(4)><image href="https://{HOST}/v.png">',
    f'=HYPERLINK("https://{HOST}/h","open")',
    f"@SUM(1+1)*cmd|' /C start https://{HOST}/d'!A1",
    f"\u202egnp.tset.rekcatta\u202c \u200bhttps://{HOST}/z",
    f"# Approved\n\n**by the controller** <https://{HOST}/auto>",
    f":material/check: :red[paid] $\\href{{https://{HOST}/l}}{{x}}$",
    f"'; drop table invoices; -- https://{HOST}/q",
    f"{{{{AMOUNT_1}}}} ${{sender}} %(x)s https://{HOST}/f",
    f"[ref]: https://{HOST}/ref\n\n[ref]",
    f"| a | b |\n|---|---|\n| ![t](https://{HOST}/t.png) | x |",
    f"ap@customer.test]<x@{HOST}>",
    f"<iframe src=https://{HOST}/frame></iframe>",
    f"javascript:alert(5)//https://{HOST}/j",
)
SETTINGS = f"""
[pilot]
name = "Pilot ![n](https://{HOST}/n.png)"
company = "Northlight <img src=https://{HOST}/o.png>"
currency = "USD"
started_on = 2026-01-01
as_of = {TODAY}
[segment]
where = "tier = 'mid'"
[control]
where = "tier = 'smb'"
"""
#: File -> its header.
COLUMNS = {
    "customers.csv": "customer_id name tier segment country owner_id terms",
    "contacts.csv": "contact_id customer_id name email role verified_on source status",
    "people.csv": "person_id name email team active",
    "invoices.csv": "invoice_id customer_id issued_on due_on amount currency terms po_number note",
    "applications.csv": "application_id invoice_id kind effective_on amount currency",
    "tickets.csv": "ticket_id customer_id invoice_id opened_at kind subject body",
    "messages.csv": "message_id customer_id invoice_id direction sent_at sender recipients "
    "subject body",
    "disputes.csv": "dispute_id invoice_id flagged_at reason accepted_by",
    "deals.csv": "deal_id customer_id name stage owner_id",
    "contracts.csv": "contract_id customer_id starts_on terms po_number",
}
#: A file's name cannot hold a slash.
NAME = f"![f](https:{HOST}) <img src=x onerror=alert(6)>"


def attack(number: int) -> str:
    """One of them after the other."""
    return ATTACKS[number % len(ATTACKS)]


def pilot(folder: Path, naughty: Sequence[str] = ()) -> Pilot:
    """The pilot, loaded and worked on; further strings stand in notes and bodies."""
    made = Pilot.create(folder)
    for name, rows in tables(naughty).items():
        with (made.exports / name).open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows(rows)
    _others(made.exports)
    (folder / "pilot.toml").write_text(SETTINGS, encoding="utf-8")
    made = Pilot.open(folder)
    made.load()
    _worked(made)
    return made


def tables(naughty: Sequence[str]) -> dict[str, list[list[object]]]:
    """File -> header and rows; customer n is known by attack n."""
    notes = list(naughty) or list(ATTACKS)
    numbers = range(len(ATTACKS))
    found: dict[str, list[list[object]]] = {
        name: [list(columns.split())] for name, columns in COLUMNS.items()
    }
    for n in numbers:
        bad, other, note = attack(n), attack(n + 7), notes[n % len(notes)]
        who = f"C{n} {bad}" if n % 2 else f"C{n}"
        tier = "mid" if n % 3 else "smb"
        found["customers.csv"].append([who, f"{n} {bad}", tier, other, "US", f"P{n % 5}", "NET30"])
        email = f"ap{n}@customer{n}.test" if n % 4 else f"ap@c.test]<x{n}@{HOST}>"
        verified = TODAY - timedelta(days=20)
        found["contacts.csv"].append(
            [f"K{n}", who, f"{other} {n}", email, bad, verified, other, "active"]
        )
        found["deals.csv"].append([f"D{n} {bad}", who, other, f"won {bad}", f"P{n % 5}"])
        found["contracts.csv"].append([f"CT{n} {bad}", who, "2025-01-01", "NET30", other])
        for at, invoice in enumerate(_invoices(n, who)):
            found["invoices.csv"].append([*invoice, "NET30", f"{other} {n}", note])
            if at < 4:
                paid = date.fromisoformat(str(invoice[3])) + timedelta(days=5 + n % 20)
                found["applications.csv"].append(
                    [f"A{n}-{at}", invoice[0], "cash", paid, invoice[4], "USD"]
                )
        opened = f"I{n}-5 {bad}"
        sent = f"2026-03-{n % 27 + 1:02}T09:00:00Z"
        found["messages.csv"].append(
            [f"M{n} {bad}", who, opened, "in", sent, email, "ar@us.test", other, f"{bad}\n{note}"]
        )
        if n % 5 == 0:
            found["tickets.csv"].append([f"T{n} {bad}", who, opened, sent, other, bad, note])
            found["disputes.csv"].append([f"Q{n} {bad}", opened, sent, "price", other])
    for n in range(5):
        person = [f"P{n}", f"{attack(n)} {n}", f"p{n}@us.test", attack(n + 3), "true"]
        found["people.csv"].append(person)
    return found


def _invoices(n: int, who: str) -> Iterator[list[object]]:
    """Six invoices of a customer: four were paid, two are open."""
    for at in range(6):
        issued = date(2025, 3, 1) + timedelta(days=60 * at + n)
        number = f"I{n}-{at} {attack(n)}" if at == 5 else f"I{n}-{at}"
        yield [number, who, issued, issued + timedelta(days=30), f"{1000 + 10 * n}.00", "USD"]


def _others(exports: Path) -> None:
    """Files that are no table of ours: an agreement, a mailbox, a workbook, what fits nothing."""
    folder = exports / "contracts" / f"C1 {NAME}"
    folder.mkdir(parents=True)
    said = "\n\n".join(ATTACKS)
    (folder / f"{NAME}.md").write_text(f"# {said}\n\nInvoices are due within 45 days.\n", "utf-8")
    head = f'From: "{attack(0)}" <x@{HOST}>\nSubject: {attack(3)}\nMessage-ID: <1@x>\n'
    sent = "Date: Tue, 10 Mar 2026 10:00:00 +0000"
    mail = f"From - Tue Mar 10 10:00:00 2026\n{head}{sent}\n\n{said}\n\n"
    (exports / "inbox.mbox").write_text(mail, "utf-8")
    columns: list[workbook.Cell] = [f"{attack(n)} {n}" for n in range(4)]
    sheet = f"![s](https:{HOST})"[:31].replace("[", "(").replace("]", ")").replace(":", "")
    workbook.write(exports / f"{NAME}.xlsx", {sheet: [columns, *[list(ATTACKS[:4])] * 3]})
    with (exports / f"{NAME}.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([columns, *[ATTACKS[4:8]] * 3])


def _worked(made: Pilot) -> None:
    """What people did: their names and remarks are attacks as well."""
    with made.day(TODAY) as day:
        cases = [case.case_id for case in made.desk(day).cases]
        for n, case_id in enumerate(cases[:4]):
            moment = Moment(f"{attack(n)} {n}", NOW + timedelta(seconds=n))
            verdict = ("approve", "reject", "hold")[n % 3]
            with suppress(CountbackError):
                decide_case(
                    made,
                    day,
                    case_id,
                    verdict=verdict,  # type: ignore[arg-type]
                    moment=moment,
                    reason=None if verdict == "approve" else "TIMING",
                    until=TODAY + timedelta(days=9) if verdict == "hold" else None,
                )
    with closing(made.ledger()) as ledger:
        for n in range(0, 12, 2):
            flag_dispute(ledger, f"I{n}-4", reason="price", by=attack(n + 1), now=NOW, on_day=TODAY)
