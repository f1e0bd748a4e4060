"""A proposal with its answers as a layout: the same TOML that ships, checked by the same loader."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pipeline.exports.kinds import KINDS
from pipeline.exports.layouts import Layout
from pipeline.exports.proposing import Proposal
from pipeline.exports.proposing_questions import (
    ADD_UP,
    LEAVE_OUT,
    TURNED,
    UNMATCHED,
)
from pipeline.exports.proposing_rows import Rows
from pipeline.exports.proposing_toml import Table, written
from pipeline.exports.proposing_words import ALIKE, likeness, normal
from pipeline.exports.shapes import BLANK, HEADING, KIND, MADE_UP, NEGATIVE, UNSIGNED, ZERO
from pipeline.model import CountbackError

_FIRST_NAMES = frozenset(("first name", "vorname", "prenom", "nombre", "voornaam"))
_LAST_NAMES = frozenset(
    (
        "last name",
        "surname",
        "family name",
        "nachname",
        "name",
        "nom",
        "apellido",
        "apellidos",
        "achternaam",
    )
)
_FULL_NAME = "(full name)"


def slug(name: str) -> str:
    """A layout's name as the name of its file: letters, digits and underscores."""
    made = re.sub(r"[^a-z0-9]+", "_", normal(name)).strip("_")[:60].strip("_")
    if not made:
        raise CountbackError(f"{name!r} cannot name a mapping: use letters and digits.")
    return made


def layout_text(
    proposal: Proposal, rows: Rows, answers: Mapping[str, str], name: str, *, every: bool = False
) -> str:
    """The layout as TOML; `every` asks for all of the file's headers, to tell it from a like one.

    `answers` holds an answer to every question of the proposal.
    """
    told = _Told(proposal, rows, answers)
    return written(
        {
            "name": slug(name),
            "title": name,
            "kind": proposal.kind,
            **told.head(),
            "recognise": {"headers": told.headers(every=every)},
            "reading": told.reading(),
            **told.report(),
            **told.lines(),
            **told.sign(),
            **told.joined(),
            "columns": told.columns(),
            "defaults": told.defaults(),
            "rows": told.rules(),
            "also": told.also(),
        }
    )


def checked(text: str) -> Layout:
    """The layout that a text says; raises `CountbackError` when it says none."""
    try:
        return Layout.model_validate(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        fault = _fault(error) if isinstance(error, ValidationError) else str(error).splitlines()[0]
        raise CountbackError(f"This mapping cannot be used yet: {fault}.") from error


def _fault(error: ValidationError) -> str:
    message = error.errors(include_url=False)[0]["msg"]
    return message.removeprefix("Value error, ").rstrip(".")


class _Told:
    """The parts of one layout."""

    def __init__(self, proposal: Proposal, rows: Rows, answers: Mapping[str, str]) -> None:
        self._proposal = proposal
        self._rows = rows
        self._answers = answers
        self._theirs = dict(proposal.columns)
        if "amount" in answers:
            self._theirs["amount"] = answers["amount"]

    # --- what it is told by ------------------------------------------------------------------

    def headers(self, *, every: bool) -> list[str]:
        look = self._proposal.look
        if every:
            return [name for name in look.columns if not _is_blank(name)]
        used = [name for name in look.columns if name in self._theirs.values()]
        return [name for name in used if not _is_blank(name)] or list(look.columns)

    def head(self) -> Table:
        found: Table = {"assumptions": self._assumptions(), "unnumbered": self._unnumbered()}
        found["unfloat"] = [ours for ours in self._rows.floats if ours in self.columns()]
        if self._proposal.look.sheets > 1 and self._proposal.look.sheet:
            found["sheet"] = self._proposal.look.sheet
        return found

    def _assumptions(self) -> list[str]:
        said = []
        if self._is_open:
            said.append(
                "Each amount is what was still open when the file was written, taken as the"
                " document's amount."
            )
        if self._theirs.get("applications.effective_on") and not self._is_open:
            said.append("An invoice with a date of payment counts as paid in full on that day.")
        if self._proposal.kind == "invoices" and self._by_name:
            said.append("A customer goes by its name.")
        if self._theirs.get("issued_on") and self._theirs.get("issued_on") == self._theirs.get(
            "due_on"
        ):
            said.append("The file has one date only, taken as the day of issue and the due date.")
        return said

    @property
    def _is_open(self) -> bool:
        """Whether the amount is what is still open, not what was billed."""
        header = self._theirs.get("amount", "")
        if self._proposal.kind != "invoices" or not header:
            return False
        still, billed = likeness(header, "open_amount").score, likeness(header, "amount").score
        return (still > ALIKE and still >= billed) or len(self._proposal.look.ages) >= 3

    @property
    def _by_name(self) -> bool:
        header = self._theirs.get("customer_id")
        return header is None or header == self._theirs.get("customers.name")

    def reading(self) -> Table:
        order = {"day first": "day_first", "month first": "month_first"}.get(
            self._answers.get("date_order", ""), self._rows.order or "ask"
        )
        first, second = ("%d", "%m") if order == "day_first" else ("%m", "%d")
        short = [f"{first}{sign}{second}{sign}%y" for sign in self._rows.short_years]
        point = self._answers.get("decimal") == "thousands are marked by a point"
        return {
            "date_order": order,
            "decimal": self._rows.decimal or ("," if point else "."),
            # A year of two digits is tried first: %Y would take it for the first century.
            "date_formats": [*short, *self._rows.date_formats],
        }

    # --- rows --------------------------------------------------------------------------------

    def report(self) -> Table:
        if not self._rows.is_report and self._proposal.look.header_rows == 1:
            return {}
        report: Table = {}
        if self._proposal.look.header_rows > 1:
            report["header_rows"] = self._proposal.look.header_rows
        if dated := [self._theirs[name] for name in _ANCHORS if name in self._theirs]:
            report["anchor"] = dated[:1]
        return {"report": report or {"bare_totals": False}}

    def lines(self) -> Table:
        answer, amount = self._answers.get("lines"), self._theirs.get("amount")
        ids = self._theirs.get(KINDS[self._proposal.kind].key or "")
        if answer is None or amount is None or ids is None:
            return {}
        group = [ids, *([] if self._rows.headings else [self._theirs["customer_id"]])]
        if "kind" in self._theirs and self._rows.types:
            group.append(self._theirs["kind"])
        take = "sum" if answer == ADD_UP else "first"
        return {"lines": {"group": list(dict.fromkeys(group)), "amount": amount, "take": take}}

    def sign(self) -> Table:
        side, amount = self._rows.side, self._theirs.get("amount")
        if side is None or amount is None or not self._rows.minus:
            return {}
        return {"sign": {"column": side, "minus": list(self._rows.minus), "amounts": amount}}

    def _has_rules(self) -> bool:
        """Whether rows of several meanings stand in the file."""
        return self._proposal.kind == "invoices" and bool(
            self._rows.negative or self._rows.types or self._rows.minus
        )

    def _sends_payments(self) -> bool:
        return self._proposal.kind == "invoices" and (
            self._answers.get("negative") == UNMATCHED or "payment" in self._rows.types.values()
        )

    def rules(self) -> list[Table]:
        """What rows are: the first rule that fits decides."""
        amount = self._theirs.get("amount", "")
        found: list[Table] = []
        for key, texts, why in (
            ("void", self._rows.void, "a draft, void, or nothing owed to us"),
            ("paid", self._rows.paid, "paid, and the file does not say when"),
        ):
            if self._answers.get(key) == LEAVE_OUT:
                found += [{"where": {name: list(of)}, "skip": why} for name, of in texts.items()]
        if self._is_open:
            found.append({"where": {amount: [BLANK, ZERO]}, "skip": "nothing is open on it"})
        if self._has_rules():
            found += [*self._typed(amount), *self._signed(amount)]
        return found

    def _typed(self, amount: str) -> list[Table]:
        column = self._theirs.get("kind", "")
        by_kind: dict[str, list[str]] = {}
        for text, kind in self._rows.types.items():
            by_kind.setdefault(kind, []).append(text)
        found: list[Table] = []
        if paid := by_kind.get("payment"):
            found.append({"where": {column: paid, amount: NEGATIVE}, "table": "payments"})
            found.append({"where": {column: paid}, "kind": "debit_note"})
        for kind in ("credit_note", "invoice", "debit_note"):
            if texts := by_kind.get(kind):
                if kind != "credit_note":
                    found.append(
                        {"where": {column: texts, amount: NEGATIVE}, "kind": "credit_note"}
                    )
                found.append({"where": {column: texts}, "kind": kind})
        return found

    def _signed(self, amount: str) -> list[Table]:
        answer = self._answers.get("negative")
        if answer == TURNED:
            return [{"where": {amount: NEGATIVE}, "kind": "invoice"}, {"kind": "credit_note"}]
        below: Table = {"where": {amount: NEGATIVE}}
        below |= {"table": "payments"} if answer == UNMATCHED else {"kind": "credit_note"}
        return [below, {"kind": "invoice"}]

    # --- columns -----------------------------------------------------------------------------

    def columns(self) -> Table:
        kind = KINDS[self._proposal.kind]
        found: Table = {}
        for ours in kind.columns:
            header = self._theirs.get(ours)
            made = self._made(ours)
            if ours == "kind" and self._proposal.kind == "invoices":
                header = None
            if ours == "amount" and self._answers.get("negative") == TURNED:
                found[ours] = [UNSIGNED, *([header] if header else [])]
                continue
            names = [*([self._full(ours, header)] if header else []), *made]
            if names:
                found[ours] = names[0] if len(names) == 1 else names
        return found

    def _made(self, ours: str) -> list[str]:
        """What fills a column of ours where the file's own is blank or missing."""
        if ours == KINDS[self._proposal.kind].key and self._unnumbered():
            return [MADE_UP]
        if ours == "customer_id" and self._uses_headings():
            return [HEADING]
        if ours == "kind" and self._has_rules():
            return [KIND]
        return []

    def _uses_headings(self) -> bool:
        kind = self._proposal.kind
        return (
            kind in ("invoices", "payments")
            and bool(self._rows.headings)
            and "customer_id" not in self._theirs
        )

    def _unnumbered(self) -> list[str]:
        """The columns that make up the number of a document without one."""
        kind = self._proposal.kind
        key = KINDS[kind].key
        if kind == "applications" and key not in self._theirs:
            names = [
                self._theirs.get(ours)
                for ours in ("invoice_id", "payment_id", "effective_on", "amount")
            ]
            return list(dict.fromkeys(filter(None, names)))
        if kind not in ("invoices", "payments"):
            return []
        # Rows sent to another table need a number too, and so does a blank one of next month.
        if key in self._theirs and not (self._rows.unnumbered or self._sends_payments()):
            return []
        wanted = ("kind", "issued_on", "received_on", "customer_id", key or "", "amount")
        names = [
            HEADING if ours == "customer_id" and self._uses_headings() else self._theirs.get(ours)
            for ours in wanted
        ]
        return list(dict.fromkeys(filter(None, names)))

    def _full(self, ours: str, header: str) -> str:
        return _FULL_NAME if ours == "name" and self._last_name(header) else header

    def _last_name(self, header: str) -> str | None:
        if normal(header) not in _FIRST_NAMES:
            return None
        columns = self._proposal.look.columns
        return next((name for name in columns if normal(name) in _LAST_NAMES), None)

    def joined(self) -> Table:
        header = self._theirs.get("name")
        last = self._last_name(header) if header else None
        return {"joined": {_FULL_NAME: [header, last]}} if last else {}

    def defaults(self) -> Table:
        found: Table = {}
        if self._answers.get("currency") and "currency" in KINDS[self._proposal.kind].columns:
            found["currency"] = self._answers["currency"]
        if self._proposal.kind == "invoices" and not self._has_rules():
            found["kind"] = "invoice"
        if self._proposal.kind == "applications":
            found["kind"] = "cash"
        return found

    # --- further tables in the same file -----------------------------------------------------

    def also(self) -> list[Table]:
        found = []
        if self._sends_payments():
            found.append(self._payments())
        if self._proposal.kind == "invoices":
            found.append(self._customers())
            if self._theirs.get("applications.effective_on") and not self._is_open:
                found.append(self._applications())
        if email := self._theirs.get("contacts.email"):
            found.append(self._contacts(email))
        return found

    def _customer(self) -> Any:
        return self.columns()["customer_id"]

    def _payments(self) -> Table:
        columns = {
            "payment_id": MADE_UP,
            "customer_id": self._customer(),
            "received_on": self._theirs.get("issued_on", ""),
            "amount": UNSIGNED,
            "unapplied_amount": UNSIGNED,
            **({"currency": self._theirs["currency"]} if "currency" in self._theirs else {}),
        }
        return self._with_currency({"kind": "payments", "own_rows": True, "columns": columns})

    def _customers(self) -> Table:
        name = self._theirs.get("customers.name") or self._customer()
        return {"kind": "customers", "columns": {"customer_id": self._customer(), "name": name}}

    def _applications(self) -> Table:
        paid = self._theirs["applications.effective_on"]
        ids = self.columns()["invoice_id"]
        columns = {"application_id": ids, "invoice_id": ids, "effective_on": paid}
        columns["amount"] = UNSIGNED if self._has_rules() else self._theirs.get("amount", "")
        if "currency" in self._theirs:
            columns["currency"] = self._theirs["currency"]
        table: Table = {"kind": "applications", "present": paid, "columns": columns}
        return {**table, "defaults": {"kind": "cash"}}

    def _contacts(self, email: str) -> Table:
        name = self._theirs.get("customers.name") or self._theirs.get("name") or self._customer()
        columns = {
            "contact_id": email,
            "customer_id": self._customer(),
            "name": name,
            "email": email,
        }
        return {"kind": "contacts", "present": email, "columns": columns}

    def _with_currency(self, table: Table) -> Table:
        currency = self._answers.get("currency")
        return {**table, "defaults": {"currency": currency}} if currency else table


#: The dates by which a record is told from what stands around it, the surest first.
_ANCHORS = ("issued_on", "received_on", "effective_on", "due_on")


def _is_blank(name: str) -> bool:
    """Whether a header is a name that we gave to a blank one."""
    return re.fullmatch(r"column \d+", name) is not None
