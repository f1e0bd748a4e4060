"""Words for our own people: the task of a blocked case, the brief before a call.

Neither ever goes to a customer; both quote the customer's last words, which are
anybody's text and are shown as plain text only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import median_low

from pipeline.drafting.doubts import is_active, smells_of_dispute
from pipeline.drafting.tokens import counted, day_text, money_text
from pipeline.model import CountbackError, Dossier, InvoiceLine, OpenDeal, WrongCall
from pipeline.prompts import Prompt, fill, placeholders

#: Which prompt speaks for a lane, and its section.
NOTES = {"blocked": ("handoff", "task"), "hands_off": ("call_brief", "brief")}
_QUOTED = 400
#: Longest name or stage of a deal inside a sentence, in characters.
_NAMED = 90


def internal_note(dossier: Dossier, prompts: Mapping[str, Prompt]) -> str:
    """The hand-off of a blocked case or the brief of a hands-off one, as plain text.

    `prompts` holds `handoff` and `call_brief` by name; any other lane is a wrong call.
    """
    lane = dossier.case.lane
    if lane not in NOTES:
        raise WrongCall(f"Lane “{lane}” has no internal note: only blocked and hands_off have one.")
    name, heading = NOTES[lane]
    if name not in prompts:
        raise CountbackError(f"The prompt {name}.md was not loaded: it belongs in prompts/.")
    text = prompts[name].section(heading)
    values = _values(dossier)
    return fill(text, {one: values[one] for one in placeholders(text) if one in values})


def _values(dossier: Dossier) -> dict[str, str]:
    case = dossier.case
    return {
        "ask_name": _asked(dossier),
        "customer": dossier.customer_name,
        "who": _contact(dossier),
        "because": case.because or f"Rule “{case.rule}”.",
        "missing": _missing(dossier),
        "standing": _standing(dossier),
        "invoices": "\n".join(_invoice(line) for line in dossier.invoices) or "No open invoice.",
        "total_amount": money_text(case.open_amount, case.currency),
        "delay": _delay(dossier),
        "habit": _habit(dossier),
        "last_exchange": _last_words(dossier),
    }


def _asked(dossier: Dossier) -> str:
    if dossier.owner is None:
        return "nobody yet: name an owner first"
    if not is_active(dossier):
        return f"nobody yet: {dossier.owner.name}, the owner on file, is no longer active"
    email = f" <{dossier.owner.email}>" if dossier.owner.email else ""
    return f"{dossier.owner.name}{email}"


def _contact(dossier: Dossier) -> str:
    contact = dossier.contact
    if contact is None:
        return "nobody known: find the right person first"
    role = f", {contact.role}" if contact.role else ""
    verified = "never verified"
    if contact.verified_on is not None:
        verified = f"verified on {day_text(contact.verified_on)}"
    return f"{contact.name}{role} ({verified})"


def _invoice(line: InvoiceLine) -> str:
    due = f"due {day_text(line.due_on)}" if line.due_on else "no due date"
    days = line.days_past_due or 0
    late = f", {counted(days, 'day')} past due" if days > 0 else ""
    return f"- {line.invoice_id}: {money_text(line.open_amount, line.currency)}, {due}{late}"


def _delay(dossier: Dossier) -> str:
    """Our delay in days and money: how long what we owe has held up how much."""
    late = [line for line in dossier.invoices if (line.days_past_due or 0) > 0]
    if not late:
        return "Nothing is past due yet."
    days = max(line.days_past_due or 0 for line in late)
    amount = money_text(
        sum((x.open_amount for x in late[1:]), late[0].open_amount), late[0].currency
    )
    return f"Delay so far: {amount} past due, the oldest for {counted(days, 'day')}."


def _habit(dossier: Dossier) -> str:
    late = [p.days_late for p in dossier.payments if p.days_late is not None]
    if not late:
        return "No paid invoice on record."
    usual = median_low(late)
    when = (
        "on time"
        if usual == 0
        else f"{counted(abs(usual), 'day')} {'late' if usual > 0 else 'early'}"
    )
    last = (
        f" Last payment on {day_text(dossier.last_payment_on)}." if dossier.last_payment_on else ""
    )
    return f"Usually {when} (median of {counted(len(late), 'paid invoice')}).{last}"


def _missing(dossier: Dossier) -> str:
    """What is ours to supply, without saying twice what blocks the case."""
    if not dossier.missing:
        return "- Not named: ask what holds it up."
    others = [said for said in dossier.missing if said != dossier.case.because]
    return _bullets(others or ["Nothing else is known to be missing."])


def _standing(dossier: Dossier) -> str:
    said = [f"{_named(key)}: {_written(value)}" for key, value in dossier.standing.items() if value]
    said += [deal_in_words(deal, dossier.as_of) for deal in dossier.deals]
    return _bullets(said or ["Nothing on record."])


def deal_in_words(deal: OpenDeal, as_of: date) -> str:
    """Open deal: Renewal 2026, proposal, $40,000.00, closes 1 May 2026, owner Dana.

    Name, stage and owner are the CRM's text, on one line: to be shown as plain text.
    """
    worth = None if deal.amount is None else money_text(deal.amount, deal.currency)
    closes = "no closing day on record"
    if deal.closes_on is not None:
        verb = "was to close" if deal.closes_on < as_of else "closes"
        closes = f"{verb} {day_text(deal.closes_on)}"
    owner = f"owner {_short(deal.owner_name)}" if deal.owner_name else None
    parts = (_short(deal.name), f"stage {_short(deal.stage)}", worth, closes, owner)
    return f"Open deal: {', '.join(part for part in parts if part)}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _NAMED else f"{words[: _NAMED - 1]}…"


def _named(key: str) -> str:
    return key.replace("_", " ")


def _written(value: str) -> str:
    """A day as one writes it, anything else as the books have it."""
    try:
        return day_text(date.fromisoformat(value))
    except ValueError:
        return value


def _last_words(dossier: Dossier) -> str:
    heard = [e for e in dossier.exchanges if e.direction != "out"]
    if not heard:
        return "None on record."
    last = max(heard, key=lambda e: e.sent_at)
    words = " ".join(last.text.split())
    quoted = words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1]}…"
    smell = smells_of_dispute(last)
    warning = f"\nNote “{smell}”: this may be a dispute." if smell else ""
    return f"{day_text(last.sent_at.date())}, {last.sender}: “{quoted}”{warning}"


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
