"""One case's dossier and a prompt in, a finished message with its evidence out.

Code chooses the wording by lane, age and history, and code fills every placeholder
from the dossier, so that each figure of the message is a fact with its cell. Where a
message may not go, or cannot be right, there is no text at all: the draft is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from string import Template
from typing import Literal, NamedTuple

from pipeline.drafting.doubts import (
    GONE,
    days_since,
    doubts,
    every_doubt,
    invoices_without_po,
    is_active,
)
from pipeline.drafting.tokens import (
    day_text,
    first_name_text,
    invisible,
    money_text,
    person_text,
    plain,
    read,
)
from pipeline.drafting.verifying import check_text
from pipeline.model import (
    MESSAGE_LANES,
    CountbackError,
    Dossier,
    Draft,
    Fact,
    InvoiceLine,
    SourceCell,
)
from pipeline.prompts import Prompt, fill, placeholders, without_placeholders

Tone = Literal["featherweight", "light", "polite", "firm"]
_SOFTER: dict[Tone, Tone] = {"firm": "polite", "polite": "light", "light": "light"}
#: From so many paid invoices on, a record of paying on time earns the softer wording …
_RECORD = 5
#: … when at least four in five were no later than this many days.
_DAYS_ON_TIME = 5
_SHARE_ON_TIME = Decimal("0.8")

#: “(contact_stale) Words …”: words that are said only where there is that doubt.
_DOUBTED = re.compile(r"(\([a-z_]+\))? *(.*)")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


class Filling(NamedTuple):
    """What goes in the place of one placeholder, and the facts that it says."""

    text: str
    facts: tuple[Fact, ...]


def draft(dossier: Dossier, prompt: Prompt) -> Draft:
    """The message for a case, or its refusal with the reason; never a text where none may go."""
    why = refusal(dossier)
    if why:
        return refused(dossier, why, prompt)
    subject, body = skeleton(dossier, prompt)
    return finish(dossier, prompt, subject, body)


def refusal(dossier: Dossier) -> str:
    """Why no message may be made for this case, in one sentence; empty when one may."""
    case = dossier.case
    if case.lane not in MESSAGE_LANES:
        because = f": {case.because}" if case.because else "."
        return f"Lane “{case.lane}” gets no message (rule “{case.rule}”){because}"
    return _no_recipient(dossier) or _no_signer(dossier) or _no_sum(dossier)


def refused(dossier: Dossier, why: str, prompt: Prompt) -> Draft:
    """A draft without a text, and why there is none."""
    return Draft(
        case_id=dossier.case.case_id,
        state="refused",
        why=why,
        doubts=doubts(dossier),
        prompt=prompt.label,
    )


def tone(dossier: Dossier, prompt: Prompt) -> Tone:
    """How a message sounds: by lane, by the oldest invoice's days past due, by history.

    A customer who has paid at least four of five invoices on time gets the softer wording
    of the two; nobody gets a harder one for their past.
    """
    if dossier.case.lane == "relationship":
        return "featherweight"
    days = max((line.days_past_due or 0 for line in dossier.invoices), default=0)
    chosen: Tone = "light"
    if days >= prompt.number("firm_from_day"):
        chosen = "firm"
    elif days >= prompt.number("polite_from_day"):
        chosen = "polite"
    return _SOFTER[chosen] if _pays_on_time(dossier) else chosen


def skeleton(dossier: Dossier, prompt: Prompt) -> tuple[str, str]:
    """Subject and body with their placeholders, before any fact is in them.

    This is what a model may reword; `finish` fills whatever comes back.
    """
    heading = f"{tone(dossier, prompt)} {'one' if len(dossier.invoices) == 1 else 'several'}"
    given = frozenset(fillings(dossier, prompt))
    given |= {f"({doubt.code})" for doubt in every_doubt(dossier)}
    subject = _chosen_lines(prompt.section(f"subject {heading}"), given)
    return subject, _chosen_lines(prompt.section(heading), given)


def finish(dossier: Dossier, prompt: Prompt, subject: str, body: str, model: str = "") -> Draft:
    """Fill a subject and body, verify the result, and hand it over with its facts.

    A text that needs what the dossier lacks, that brings facts of its own beside the
    placeholders, or that does not hold against the books, is refused.
    """
    values = fillings(dossier, prompt)
    used = [n for n in placeholders(f"{subject}\n{body}") if n in values]
    why = refusal(dossier) or _lacks(subject, body, values)
    why = why or _unlocked((subject, body), dossier, prompt)
    if why:
        return refused(dossier, why, prompt)
    texts = {name: values[name].text for name in used}
    made = Draft(
        case_id=dossier.case.case_id,
        state="draft",
        to=dossier.contact.email or "" if dossier.contact else "",
        subject=fill(subject, texts),
        body=fill(body, texts),
        facts=_facts(dossier, [values[name] for name in used]),
        doubts=doubts(dossier),
        model=model,
        prompt=prompt.label,
    )
    return _verified(made, dossier, prompt)


def fillings(dossier: Dossier, prompt: Prompt) -> dict[str, Filling]:
    """Every placeholder that this dossier can fill, with its facts; none is ever guessed."""
    values = {**_people(dossier), **_overall(dossier)}
    lines = dossier.invoices
    if len(lines) == 1:
        values |= _single(lines[0])
    else:
        values["invoice_table"] = _table(dossier, prompt)
    without = invoices_without_po(dossier)
    if without:
        ids = [_fact("invoice_id", line.invoice_id, line, "invoice_id") for line in without]
        words = "invoice" if len(ids) == 1 else "invoices"
        values["invoices_without_po"] = Filling(
            f"{words} {_joined([fact.token for fact in ids])}", tuple(ids)
        )
    return values


def _no_recipient(dossier: Dossier) -> str:
    contact = dossier.contact
    if contact is None:
        return f"There is no verified contact for {dossier.customer_name}: add or confirm one."
    if contact.status in GONE:
        return f"There is no verified contact: {contact.name} is marked “{contact.status}”."
    if not contact.email or not _ADDRESS.fullmatch(contact.email):
        return f"There is no verified contact: {contact.name} has no usable email address."
    if days_since(contact.verified_on, dossier.as_of) is None:
        return f"There is no verified contact: {contact.name}'s address was never confirmed."
    return "" if contact.name.strip() else "There is no verified contact: the name is empty."


def _no_signer(dossier: Dossier) -> str:
    if dossier.case.lane == "relationship" and not is_active(dossier):
        return "Lane “relationship” writes in the owner's name, and there is no active owner."
    return ""


def _no_sum(dossier: Dossier) -> str:
    """What is wrong with the invoices themselves, so that no message could be right."""
    case, lines = dossier.case, dossier.invoices
    if not lines:
        return "The case has no open invoice."
    for line in lines:
        fault = _fault(line, case.currency)
        if fault:
            return f"Invoice {line.invoice_id} {fault}."
    total = sum((line.open_amount for line in lines), Decimal(0))
    if total != case.open_amount:
        texts = money_text(case.open_amount, case.currency), money_text(total, case.currency)
        return f"The case says {texts[0]}, its invoices add up to {texts[1]}: load the books anew."
    return ""


def _fault(line: InvoiceLine, currency: str) -> str:
    if line.currency != currency:
        return f"is in {line.currency}, the case in {currency}"
    if line.open_amount <= 0:
        return "has nothing open"
    if line.due_on is None or line.days_past_due is None:
        return "has no due date"
    return "" if line.days_past_due > 0 else "is not past due"


def _pays_on_time(dossier: Dossier) -> bool:
    late = [p.days_late for p in dossier.payments if p.days_late is not None]
    on_time = [days for days in late if days <= _DAYS_ON_TIME]
    return len(late) >= _RECORD and len(on_time) >= _SHARE_ON_TIME * len(late)


def _chosen_lines(text: str, given: frozenset[str]) -> str:
    """Keep a “? ” line when all that it wants is given, else the “: ” line after it."""
    kept: list[str] = []
    skipped = False
    for line in text.splitlines():
        if line.startswith("? "):
            doubt, words = _DOUBTED.match(line[2:]).groups()  # type: ignore[union-attr]
            skipped = not given.issuperset([*placeholders(line), *filter(None, [doubt])])
            kept += [] if skipped else [words]
        elif line.startswith(": "):
            kept += [line[2:]] if skipped else []
        else:
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _lacks(subject: str, body: str, values: Mapping[str, Filling]) -> str:
    text = f"{subject}\n{body}"
    if not Template(text).is_valid():
        return "The wording holds a lone $ sign."
    missing = [name for name in placeholders(text) if name not in values]
    if missing:
        return f"The dossier has no value for {', '.join(missing)}."
    hidden = sorted(n for n in placeholders(text) for f in values[n].facts if invisible(f.token))
    return f"The value of {hidden[0]} holds invisible characters." if hidden else ""


def _unlocked(parts: tuple[str, str], dossier: Dossier, prompt: Prompt) -> str:
    """Why a wording is not ours: it lost a placeholder, or states a fact by itself."""
    for given, wanted in zip(parts, skeleton(dossier, prompt), strict=True):
        dropped = [name for name in placeholders(wanted) if name not in placeholders(given)]
        if dropped:
            return f"The wording dropped {', '.join(dropped)}."
    own, _ = read(plain(without_placeholders("\n".join(parts))), ())
    if own:
        return f"The wording itself says “{own[0].text}”: facts come from the books alone."
    return ""


def _verified(made: Draft, dossier: Dossier, prompt: Prompt) -> Draft:
    checks = check_text(made.to, made.subject, made.body, dossier, prompt)
    failed = " ".join(check.sentence for check in checks if not check.ok)
    if not failed:
        return made.model_copy(update={"checks": checks})
    held = refused(dossier, f"The text does not hold against the books: {failed}", prompt)
    return held.model_copy(update={"checks": checks, "model": made.model})


def _facts(dossier: Dossier, used: list[Filling]) -> tuple[Fact, ...]:
    contact = dossier.contact
    facts = [fact for filling in used for fact in filling.facts]
    if contact is not None and contact.email:
        facts.append(Fact(name="recipient", token=contact.email, source=contact.cell))
    return tuple({(f.name, f.token, f.source): f for f in facts}.values())


def _people(dossier: Dossier) -> dict[str, Filling]:
    values = {"sender": _filling("sender", dossier.sender_name, None)}
    if dossier.contact is not None and dossier.contact.name.strip():
        name, cell = dossier.contact.name, dossier.contact.cell
        values["contact_name"] = _filling("contact_name", person_text(name), cell)
        values["first_name"] = _filling("contact_name", first_name_text(name), cell)
    if dossier.owner is not None and is_active(dossier):
        values["owner_name"] = _filling(
            "owner_name", person_text(dossier.owner.name), dossier.owner.cell
        )
    return values


def _overall(dossier: Dossier) -> dict[str, Filling]:
    """What is said of all invoices together; a sum cites its column, not one cell."""
    lines, case = dossier.invoices, dossier.case
    if not lines:
        return {}
    column = {name: _column(lines[0], name) for name in ("amount", "invoice_id")}
    total = money_text(case.open_amount, case.currency)
    values = {
        "invoice_count": _filling("invoice_count", str(len(lines)), column["invoice_id"]),
        "total_amount": _filling("total_amount", total, column["amount"]),
    }
    oldest = max(lines, key=lambda line: line.days_past_due or 0)
    if oldest.days_past_due is not None:
        fact = _fact("days_past_due", str(oldest.days_past_due), oldest, "due_on")
        values["days_past_due"] = Filling(fact.token, (fact,))
    return values


def _single(line: InvoiceLine) -> dict[str, Filling]:
    facts = {"invoice_no": _fact("invoice_id", line.invoice_id, line, "invoice_id")}
    opened = money_text(line.open_amount, line.currency)
    facts["open_amount"] = _fact("open_amount", opened, line, "open_amount", "amount")
    if line.amount != line.open_amount:
        issued = money_text(line.amount, line.currency)
        facts["invoiced_amount"] = _fact("amount", issued, line, "amount")
    if line.due_on is not None:
        facts["due_on"] = _fact("due_on", day_text(line.due_on), line, "due_on")
    if line.po_number and line.po_number.strip():
        facts["po_number"] = _fact("po_number", line.po_number.strip(), line, "po_number")
    return {name: Filling(fact.token, (fact,)) for name, fact in facts.items()}


def _table(dossier: Dossier, prompt: Prompt) -> Filling:
    """The invoices in columns, oldest first, with their total."""
    lines = sorted(dossier.invoices, key=lambda line: line.due_on or line.issued_on)
    facts = [_row(line) for line in lines]
    total = money_text(dossier.case.open_amount, dossier.case.currency)
    *headings, sum_heading = _headings(prompt)
    rows = [headings, *[[fact.token for fact in row] for row in facts]]
    rows.append([sum_heading, "", "", total])
    widths = [max(len(row[n]) for row in rows) for n in range(4)]
    text = "\n".join(_aligned(row, widths) for row in rows)
    summed = Fact(name="total_amount", token=total, source=_column(lines[0], "amount"))
    return Filling(text, (*[fact for row in facts for fact in row], summed))


def _headings(prompt: Prompt) -> list[str]:
    headings = prompt.section("table headings").splitlines()
    if len(headings) != 5:
        raise CountbackError(
            f"{prompt.file}, “table headings”: five lines are needed (four columns and the total), "
            f"not {len(headings)}."
        )
    return headings


def _row(line: InvoiceLine) -> tuple[Fact, Fact, Fact, Fact]:
    return (
        _fact("invoice_id", line.invoice_id, line, "invoice_id"),
        _fact("issued_on", day_text(line.issued_on), line, "issued_on"),
        _fact("due_on", day_text(line.due_on) if line.due_on else "", line, "due_on"),
        _fact(
            "open_amount",
            money_text(line.open_amount, line.currency),
            line,
            "open_amount",
            "amount",
        ),
    )


def _aligned(row: list[str], widths: list[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
    return "   ".join([*left, row[3].rjust(widths[3])])


def _fact(name: str, token: str, line: InvoiceLine, *columns: str) -> Fact:
    """A fact of an invoice, with the first of the columns whose cell is known."""
    cells = [line.columns[column] for column in columns if column in line.columns]
    whole = SourceCell(file=line.file, row=line.row, column=columns[-1])
    return Fact(name=name, token=token, source=cells[0] if cells else whole)


def _column(line: InvoiceLine, column: str) -> SourceCell:
    """The whole column that a count or sum was made of."""
    cell = line.columns.get(column, SourceCell(file=line.file, column=column))
    return cell.model_copy(update={"row": None})


def _filling(name: str, text: str, source: SourceCell | None) -> Filling:
    return Filling(text, (Fact(name=name, token=text, source=source),))


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
