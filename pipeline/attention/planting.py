"""A true draft in, the same draft with one thing wrong out.

The defects are those that real drafts were corrected for: a figure, a day, a number, a recipient,
an invoice that is paid, a question that is missing, a tone that does harm. What is right stands
on the same page as evidence, so that a reader can find it. Such a text is only ever shown: it is
no decision, has no fingerprint in the record, and cannot reach the outbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from pipeline.drafting.tokens import day_text
from pipeline.model import Dossier, Draft, Noun, fingerprint

Defect = Literal["amount", "due_on", "invoice", "recipient", "paid", "po", "tone"]

_ULTIMATUM = (
    "Unless the full amount reaches us by return, we will suspend your service and hand the "
    "matter to our lawyers."
)
_ADJACENT = re.compile(r"([1-9])([,.]?)(\d)")
_PO_LINE = re.compile(r"^.*\bPO (?:number|reference)\b.*\n?", re.MULTILINE)


class Planted(Noun):
    """A draft with one defect, what it is, and how a reader could have seen it."""

    defect: Defect
    draft: Draft
    wrong: str
    """What stands in the text that should not; of a missing line, empty."""
    missing: str = ""
    """The line that was taken out."""
    sentence: str
    """What was changed, and what is right."""

    def is_gone(self, final: Draft) -> bool:
        """Whether a text no longer has the defect."""
        if self.missing:
            return self.missing in final.body
        if self.defect == "recipient":
            return final.to != self.wrong
        return not _whole(self.wrong).search(f"{final.subject}\n{final.body}")


def is_drawn(pilot: str, case_id: str, on_day: date, share: float) -> bool:
    """Whether a case's draft is shown with a defect on a day; the same for everybody who looks."""
    number = int(fingerprint("seeded check", pilot, case_id, on_day.isoformat())[:8], 16)
    return number < share * 2**32


def plant(draft: Draft, dossier: Dossier) -> Planted | None:
    """The draft with one of the defects that it can carry, by the draft's own fingerprint.

    None where it can carry none, or where there is no draft.
    """
    if draft.state != "draft":
        return None
    found = [planted for make in _DEFECTS if (planted := make(draft, dossier)) is not None]
    if not found:
        return None
    return found[int(fingerprint("which", draft.fingerprint)[:8], 16) % len(found)]


def _swapped(draft: Draft, defect: Defect, right: str, wrong: str, sentence: str) -> Planted | None:
    """The draft with every `right` replaced; None when it does not say it."""
    if not right or not _whole(right).search(draft.body):
        return None
    if _whole(wrong).search(f"{draft.subject}\n{draft.body}"):
        return None
    changed = {
        part: _whole(right).sub(lambda _: wrong, text)
        for part, text in (("subject", draft.subject), ("body", draft.body))
    }
    altered = draft.model_copy(update=changed)
    return Planted(defect=defect, draft=altered, wrong=wrong, sentence=sentence)


def _whole(token: str) -> re.Pattern[str]:
    """The token by itself: 9 March is not in 19 March."""
    return re.compile(rf"(?<!\w){re.escape(token)}(?!\w)")


def _token(draft: Draft, *names: str) -> str:
    return next((fact.token for fact in draft.facts if fact.name in names), "")


def _amount(draft: Draft, _: Dossier) -> Planted | None:
    right = _token(draft, "open_amount", "total_amount")
    found = next((m for m in _ADJACENT.finditer(right) if m[1] != m[3] and m[3] != "0"), None)
    if found is None:
        return None
    wrong = f"{right[: found.start()]}{found[3]}{found[2]}{found[1]}{right[found.end() :]}"
    said = f"two digits of {right} had changed places ({wrong})"
    return _swapped(draft, "amount", right, wrong, said)


def _due_on(draft: Draft, dossier: Dossier) -> Planted | None:
    due = next((line.due_on for line in dossier.invoices if line.due_on), None)
    if due is None:
        return None
    right, wrong = day_text(due), day_text(due - timedelta(days=10))
    return _swapped(draft, "due_on", right, wrong, f"the due day is {right}, not {wrong}")


def _invoice(draft: Draft, dossier: Dossier) -> Planted | None:
    right = dossier.invoices[0].invoice_id if dossier.invoices else ""
    if not right or not right[-1].isdecimal():
        return None
    wrong = f"{right[:-1]}{(int(right[-1]) + 3) % 10}"
    return _swapped(draft, "invoice", right, wrong, f"the invoice is {right}, not {wrong}")


def _recipient(draft: Draft, _: Dossier) -> Planted | None:
    local, at, domain = draft.to.partition("@")
    if not at:
        return None
    wrong = f"accounts@{domain}" if local.casefold() != "accounts" else f"office@{domain}"
    return Planted(
        defect="recipient",
        draft=draft.model_copy(update={"to": wrong}),
        wrong=wrong,
        sentence=f"it was addressed to {wrong}, which nobody has verified, instead of {draft.to}",
    )


def _paid(draft: Draft, dossier: Dossier) -> Planted | None:
    right = dossier.invoices[0].invoice_id if dossier.invoices else ""
    paid = next((one.invoice_id for one in dossier.payments if one.invoice_id != right), "")
    said = f"it asked for {paid}, which is paid, instead of {right}"
    return _swapped(draft, "paid", right, paid, said) if paid else None


def _po(draft: Draft, _: Dossier) -> Planted | None:
    line = _PO_LINE.search(draft.body)
    if line is None:
        return None
    return Planted(
        defect="po",
        draft=draft.model_copy(update={"body": draft.body.replace(line[0], "", 1)}),
        wrong="",
        missing=line[0].strip(),
        sentence=f"the line “{line[0].strip()}” was missing",
    )


def _tone(draft: Draft, _: Dossier) -> Planted | None:
    paragraphs = draft.body.split("\n\n")
    if len(paragraphs) < 3:
        return None
    body = "\n\n".join([*paragraphs[:-1], _ULTIMATUM, paragraphs[-1]])
    return Planted(
        defect="tone",
        draft=draft.model_copy(update={"body": body}),
        wrong=_ULTIMATUM,
        sentence="it threatened to suspend the service and to call lawyers, which no draft does",
    )


_DEFECTS: tuple[Callable[[Draft, Dossier], Planted | None], ...] = (
    *(_amount, _due_on, _invoice, _recipient, _paid, _po, _tone),
)
