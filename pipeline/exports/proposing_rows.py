"""What the rows of an unknown export tell: decimal sign, days, totals, headings, lines, signs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from pipeline.exports.amounts import NEGATIVE_FORM, amount
from pipeline.exports.dates import date_order
from pipeline.exports.kinds import DATED
from pipeline.exports.layouts import Layout, Recognise
from pipeline.exports.proposing import Proposal
from pipeline.exports.proposing_profiles import NUMBERED, written_day
from pipeline.exports.proposing_words import ALIKE, column, likeness
from pipeline.exports.results import Question, Unreadable
from pipeline.exports.roles import Judge
from pipeline.exports.shapes import Report

_BOTH = re.compile(r"\d[.,]\d{3}[.,]\d")
_ONE = re.compile(r"(?<!\d)(\d+)([.,])(\d+)(?!\d)")
#: What the words of a document's type say it is; the first that fits decides.
_TYPES = (
    (
        "credit_note",
        r"credit|gutschrift|avoir|abono|nota(s)? de cr|accredito|creditnota|\b(cm|cn|cr)\b|korekt",
    ),
    ("debit_note", r"debit|belastung|journal|opening|anfang|charge\b|refund"),
    (
        "payment",
        r"payment|receipt|deposit|zahlung|paiement|r[eè]glement|pago|cobro|pagamento|incasso|betaling|\b(dz|zp|pmt)\b|check|cash",
    ),
    (
        "invoice",
        r"invoice|rechnung|facture|factura|fattura|factuur|\b(inv|rv|dr|in|si)\b|bill|fatura|faktura",
    ),
)
#: What the words of a status or a type say about rows that are nothing owed to us.
_VOID = re.compile(
    r"draft|void|cancel|delet|proforma|pro forma|quote|estimate|entwurf|storn|brouillon|annul|"
    r"borrador|anulad|bozza|concept|pending.approval|submitted|vervallen",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"^(bills?|purchase.*|accpay\w*|vendor.*|supplier.*|lieferant\w*|eingangsrechnung)$",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"^(fully )?paid( in full)?$|^closed$|^settled$|^cleared$|^bezahlt$|^ausgeglichen$|^pay[eé]e?$|"
    r"^sold[eé]e?$|^pagad[ao]$|^pagat[ao]$|^betaald$|^zap[lł]acon\w*$",
    re.IGNORECASE,
)
_SIDES = frozenset("cr c h haben credit kredit haber avere".split())
_ALL_SIDES = _SIDES | frozenset("dr d s soll debit debet debe dare".split())


@dataclass(frozen=True)
class Rows:
    """What the rows tell; `None` where they do not."""

    decimal: str | None
    order: str | None
    """iso, day_first or month_first."""
    order_example: str
    contradiction: str
    """Why the days cannot be read in one order, if they cannot."""
    turning: int
    """Rows whose day would fall in another month in the other order."""
    dots: bool
    """Whether days are written with dots, as where the day comes first."""
    short_years: tuple[str, ...]
    """Signs between the parts of days with two-digit years."""
    date_formats: tuple[str, ...]
    roles: Mapping[str, int]
    """What rows that are no records are, with how many there are."""
    stated: Mapping[str, Decimal]
    """Their column -> the file's own grand total of it."""
    negative: int
    amounts: int
    types: Mapping[str, str]
    """Text of the type column -> invoice, credit_note, debit_note, payment, or nothing known."""
    side: str | None
    """The column that holds Dr or Cr, when the amounts themselves have no sign."""
    minus: tuple[str, ...]
    repeated: int
    """Rows that repeat the number of a row above."""
    repeats_amount: bool
    """Whether such rows repeat its amount as well."""
    unnumbered: int
    floats: tuple[str, ...]
    """Ours whose ids passed through a float."""
    void: Mapping[str, tuple[str, ...]]
    """Their column -> its texts that say draft, void, or a bill that we owe."""
    paid: Mapping[str, tuple[str, ...]]
    """Their column -> its texts that say paid."""

    @property
    def is_report(self) -> bool:
        """Whether totals, headings or footers stand around the records."""
        return any(role != "blank" for role in self.roles)

    @property
    def headings(self) -> int:
        """Rows with a text that stands alone above others."""
        return self.roles.get("a heading", 0)


def judged(proposal: Proposal) -> Rows:
    """What the rows tell, under the columns of a proposal."""
    roles, records, totals = _roles(proposal)
    decimal = _decimal(proposal, records)
    money = _cells(proposal, records, "amount")
    order, example, contradiction = _order(proposal, records)
    dated = [cell for ours in _dated(proposal) for cell in _cells(proposal, records, ours)]
    numbered = [found for cell in dated if (found := NUMBERED.fullmatch(cell))]
    repeated, alike = _repeats(proposal, records)
    side = _side(proposal, records, money)
    return Rows(
        decimal=decimal,
        order=order,
        order_example=example,
        contradiction=contradiction,
        turning=_turning(proposal, records),
        dots=bool(numbered) and all(found[2] == "." for found in numbered),
        short_years=tuple(dict.fromkeys(found[2] for found in numbered if len(found[4]) == 2)),
        date_formats=_formats(dated),
        roles=roles,
        stated=_stated(proposal, totals, decimal or "."),
        negative=sum(re.search(NEGATIVE_FORM, cell) is not None for cell in money),
        amounts=sum(bool(cell) for cell in money),
        types=_types(_cells(proposal, records, "kind")),
        side=side,
        minus=_minus(proposal, side),
        repeated=repeated,
        repeats_amount=alike,
        unnumbered=sum(not cell for cell in _cells(proposal, records, _key(proposal))),
        floats=tuple(_floats(proposal, records)),
        void=_saying(proposal, records, (_VOID, _OURS)),
        paid=_saying(proposal, records, (_PAID,)),
    )


Records = Sequence[tuple[str, ...]]


def _key(proposal: Proposal) -> str:
    return {"invoices": "invoice_id", "payments": "payment_id"}.get(proposal.kind, "")


def _cells(proposal: Proposal, records: Records, ours: str) -> list[str]:
    header = proposal.header(ours) if ours else None
    if header is None:
        return []
    place = proposal.look.columns.index(header)
    return [record[place].strip() for record in records]


def _dated(proposal: Proposal) -> list[str]:
    return [ours for ours in proposal.columns if column(proposal.kind, ours).type in DATED]


# --- what rows are -------------------------------------------------------------------------------


def _roles(proposal: Proposal) -> tuple[dict[str, int], Records, Records]:
    """What rows are that are no records, the records, and the rows of grand totals."""
    look = proposal.look
    if proposal.kind not in ("invoices", "payments", "applications", "customers"):
        return {}, [cells for _, cells in look.records], []
    judge = Judge(_provisional(proposal), look.columns, look.titles)
    roles: Counter[str] = Counter()
    records, totals = [], []
    for _, cells in look.rows:
        role = judge.role(cells)
        if role is None and any(cell.strip() for cell in cells):
            records.append(cells)
        elif role:
            roles[role] += 1
            totals += [cells] if role == "a total" else []
    return dict(roles), records, totals


def _provisional(proposal: Proposal) -> Layout:
    """A layout that says no more than where the document's date and amount stand."""
    columns = {ours: (theirs,) for ours, theirs in proposal.columns.items() if "." not in ours}
    dated = tuple(proposal.columns[ours] for ours in _dated(proposal) if "." not in ours)
    anchor = dated[:1] or tuple(columns.get("name", ())) or (proposal.look.columns[0],)
    return Layout.model_construct(
        name="proposed",
        title="proposed",
        kind=proposal.kind,
        recognise=Recognise(headers=(anchor[:1],)),
        columns=columns,
        report=Report(anchor=anchor, total="@amount"),
    )


def _stated(proposal: Proposal, totals: Records, decimal: str) -> dict[str, Decimal]:
    """The amounts of the last row that totals everything."""
    if not totals:
        return {}
    named = zip(proposal.look.columns, totals[-1], strict=True)
    return {name: found for name, cell in named if (found := amount(cell, decimal)) is not None}


# --- how things are written ----------------------------------------------------------------------


def _decimal(proposal: Proposal, records: Records) -> str | None:
    """The decimal sign that the amounts prove; None when each could be read both ways."""
    votes: Counter[str] = Counter()
    unsure = 0
    for header in _money_columns(proposal):
        place = proposal.look.columns.index(header)
        for cell in {record[place].strip() for record in records}:
            sign = _sign_of(cell)
            votes.update(sign or "")
            unsure += sign == ""
    if votes:
        return votes.most_common(1)[0][0]
    return None if unsure else "."


def _money_columns(proposal: Proposal) -> list[str]:
    picked = {
        theirs
        for ours, theirs in proposal.columns.items()
        if column(proposal.kind, ours).type == "money"
    }
    return [name for name in proposal.look.columns if name in picked]


def _sign_of(cell: str) -> str | None:
    """The decimal sign of an amount: nothing when it may be either, None when it has no sign."""
    marks = [mark for mark in cell if mark in ".,"]
    if not marks or (amount(cell, ".") is None and amount(cell, ",") is None):
        return None
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "." if marks[0] == "," else ","
    found = _ONE.search(cell)
    if found is None or len(found[3]) != 3 or len(found[1]) > 3 or found[1] == "0":
        return marks[0]
    return ""


def _order(proposal: Proposal, records: Records) -> tuple[str | None, str, str]:
    """The order of day and month, an example when nothing tells it, or why none can."""
    names = list(dict.fromkeys(proposal.columns[ours] for ours in _dated(proposal)))
    if not names:
        return "iso", "", ""
    places = [proposal.look.columns.index(name) for name in names]
    frame = pl.DataFrame(
        {
            name: [_long_year(record[place].strip()) or None for record in records]
            for name, place in zip(names, places, strict=True)
        },
        schema=dict.fromkeys(names, pl.String),
    )
    try:
        found = date_order(proposal.look.name, frame.lazy(), names, None)
    except Unreadable as fault:
        return None, "", str(fault)
    if isinstance(found, Question):
        example = found.question.partition('"')[2].partition('"')[0]
        return None, example, ""
    return found, "", ""


def _long_year(cell: str) -> str:
    found = NUMBERED.fullmatch(cell)
    if found is None or len(found[4]) == 4:
        return cell
    return f"{found[1]}{found[2]}{found[3]}{found[2]}20{found[4]}"


def _turning(proposal: Proposal, records: Records) -> int:
    """Rows with a day that falls in another month when its first two numbers change places."""
    places = [proposal.look.columns.index(proposal.columns[ours]) for ours in _dated(proposal)]
    return sum(any(_turns(record[place].strip()) for place in places) for record in records)


def _turns(cell: str) -> bool:
    found = NUMBERED.fullmatch(cell)
    return found is not None and found[1] != found[3] and max(int(found[1]), int(found[3])) <= 12


def _formats(cells: Iterable[str]) -> tuple[str, ...]:
    found = Counter(form for cell in set(cells) if cell and (form := written_day(cell)))
    return tuple(form for form, _ in found.most_common())


# --- what rows mean ------------------------------------------------------------------------------


def _types(cells: Sequence[str]) -> dict[str, str]:
    """What each text of the type column says a row is; empty when it is no such column."""
    texts = list(dict.fromkeys(filter(None, cells)))
    if len(texts) > 25:
        return {}
    found = {text: _type(text) for text in texts}
    return found if any(found.values()) else {}


def _type(text: str) -> str:
    folded = text.casefold()
    return next((kind for kind, words in _TYPES if re.search(words, folded)), "")


def _saying(
    proposal: Proposal, records: Records, words: Sequence[re.Pattern[str]]
) -> dict[str, tuple[str, ...]]:
    """The columns of a status or a type of which some texts, but not free ones, match."""
    found = {}
    for place, name in enumerate(proposal.look.columns):
        if max(likeness(name, "status").score, likeness(name, "document_type").score) < ALIKE:
            continue
        texts = dict.fromkeys(record[place].strip() for record in records)
        fitting = tuple(t for t in texts if t and any(word.search(t) for word in words))
        if fitting and len(texts) <= 25:
            found[name] = fitting
    return found


def _side(proposal: Proposal, records: Records, money: Sequence[str]) -> str | None:
    """The column of Dr and Cr, when no amount has a sign of its own."""
    if any(re.search(NEGATIVE_FORM, cell) for cell in money):
        return None
    for place, name in enumerate(proposal.look.columns):
        texts = {record[place].strip().casefold().rstrip(".") for record in records} - {""}
        if texts and texts <= _ALL_SIDES and likeness(name, "side").score >= ALIKE:
            return name
    return None


def _minus(proposal: Proposal, side: str | None) -> tuple[str, ...]:
    if side is None:
        return ()
    texts = dict.fromkeys(filter(None, proposal.look.cells(side)))
    return tuple(text for text in texts if text.casefold().rstrip(".") in _SIDES)


def _repeats(proposal: Proposal, records: Records) -> tuple[int, bool]:
    """Rows that repeat a number of the same customer, and whether they repeat its amount."""
    ids = _cells(proposal, records, _key(proposal))
    if not ids:
        return 0, False
    money = _cells(proposal, records, "amount")
    who = _cells(proposal, records, "customer_id") or [""] * len(ids)
    kinds = _cells(proposal, records, "kind") or [""] * len(ids)
    seen: dict[tuple[str, str, str], set[str]] = {}
    repeated = 0
    for number, name, kind, cell in zip(ids, who, kinds, money or [""] * len(ids), strict=True):
        if number:
            known = seen.setdefault((number, name, kind), set())
            repeated += bool(known)
            known.add(cell)
    alike = all(len(amounts) == 1 for amounts in seen.values())
    return repeated, alike and repeated > 0


def _floats(proposal: Proposal, records: Records) -> Iterable[str]:
    for ours in proposal.columns:
        cells = [cell for cell in _cells(proposal, records, ours) if cell]
        if column(proposal.kind, ours).type != "id" or not cells:
            continue
        if sum(re.fullmatch(r"\d+\.0", cell) is not None for cell in cells) * 10 >= len(cells) * 8:
            yield ours
