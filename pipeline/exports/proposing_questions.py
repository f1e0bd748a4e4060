"""What nothing in an unknown export tells, as questions: each with its choices, none guessed.

The effect of each choice in money is worked out by whoever can read the file both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.exports.dates import DAY_FIRST, MONTH_FIRST
from pipeline.exports.proposing import Proposal
from pipeline.exports.proposing_profiles import fit
from pipeline.exports.proposing_rows import Rows
from pipeline.exports.proposing_words import ALIKE, column, is_another, likeness
from pipeline.model import CURRENCIES, WrongCall

CREDITS, UNMATCHED, TURNED = "credit notes", "payments not yet matched", "what is owed"
LEAVE_OUT, COUNT = "leave them out", "count them"
ADD_UP, TAKE_FIRST = "add the lines up", "each line repeats the total"
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "R$": "BRL"}


@dataclass(frozen=True)
class Ask:
    """One question about a file."""

    key: str
    question: str
    choices: tuple[str, ...]
    suggested: str
    is_open: bool
    """True when nothing in the file suggests an answer: a person must give it."""
    because: str = ""
    """Why the suggestion is what it is, or what hangs on it."""


def asked(proposal: Proposal, rows: Rows, currency: str) -> tuple[Ask, ...]:
    """The questions of a proposal; `currency` is the pilot's, for files that name none."""
    found = [*_days(rows), *_decimal(rows)]
    if proposal.kind in ("invoices", "payments"):
        found += [*_lines(rows), *_signs(proposal, rows), *_currency(proposal, currency)]
    if proposal.kind == "invoices":
        found = [*_amount(proposal, rows), *found, *_states(proposal, rows)]
    return tuple(found)


def settled(asks: tuple[Ask, ...], answers: Mapping[str, str]) -> dict[str, str]:
    """Question -> answer: the given ones, else what is suggested.

    Raises `WrongCall` for an answer that is none of the choices.
    """
    found = {}
    for ask in asks:
        answer = answers.get(ask.key, ask.suggested)
        if answer not in ask.choices:
            raise WrongCall(f"{ask.key}={answer}: choose one of {', '.join(ask.choices)}.")
        found[ask.key] = answer
    return found


def unanswered(asks: tuple[Ask, ...], answers: Mapping[str, str]) -> tuple[Ask, ...]:
    """The questions that only a person can answer, and nobody has."""
    return tuple(ask for ask in asks if ask.is_open and ask.key not in answers)


def _days(rows: Rows) -> Iterator[Ask]:
    if rows.order is None and not rows.contradiction:
        yield Ask(
            key="date_order",
            question=f"Which comes first in “{rows.order_example}”: the day or the month?",
            choices=(DAY_FIRST, MONTH_FIRST),
            suggested=DAY_FIRST if rows.dots else MONTH_FIRST,
            is_open=not rows.dots,
            because=(
                "Days with dots are mostly written day first."
                if rows.dots
                else "No day of the file is above 12, so nothing in it tells."
            ),
        )


def _decimal(rows: Rows) -> Iterator[Ask]:
    if rows.decimal is None:
        yield Ask(
            key="decimal",
            question="Is the sign in amounts such as “1.234” or “1,234” one of thousands?",
            choices=("thousands are marked by a comma", "thousands are marked by a point"),
            suggested="thousands are marked by a comma",
            is_open=True,
            because="Every amount can be read both ways.",
        )


def _amount(proposal: Proposal, rows: Rows) -> Iterator[Ask]:
    """More than one column that may be what is owed."""
    chosen = proposal.header("amount")
    if chosen is None:
        return
    others = [
        name
        for name in proposal.look.columns
        if name != chosen and _may_be_owed(proposal, name, is_totalled=name in rows.stated)
    ]
    totalled = [name for name in others if name in rows.stated]
    if others:
        yield Ask(
            key="amount",
            question="Which column is what the customer still owes?",
            choices=tuple(n for n in proposal.look.columns if n == chosen or n in others[:3]),
            suggested=chosen,
            # The file adds up another column: which of them is owed only a person knows.
            is_open=bool(totalled) and chosen not in rows.stated,
            because=(
                f"The file itself totals {totalled[0]}."
                if totalled and chosen not in rows.stated
                else "Compare the totals with your own report’s."
            ),
        )


def _may_be_owed(proposal: Proposal, name: str, *, is_totalled: bool) -> bool:
    """Whether an unused column holds amounts that may be what is owed, whatever its header."""
    if name in proposal.columns.values() or name in proposal.look.ages or is_another(name):
        return False
    seen = proposal.look.profiles[name]
    if not seen.values or fit(column("invoices", "amount"), "amount", seen) <= 0.6:
        return False
    like = max(likeness(name, meaning).score for meaning in ("open_amount", "amount"))
    return like > ALIKE or is_totalled or seen.decimals > 0.5


def _lines(rows: Rows) -> Iterator[Ask]:
    if rows.repeated:
        yield Ask(
            key="lines",
            question=f"{rows.repeated:,} rows repeat the number of a row above. What are they?",
            choices=(ADD_UP, TAKE_FIRST),
            suggested=TAKE_FIRST if rows.repeats_amount else ADD_UP,
            is_open=False,
            because=(
                "They repeat its amount as well."
                if rows.repeats_amount
                else "Their amounts differ, so each is likely a line of one document."
            ),
        )


def _signs(proposal: Proposal, rows: Rows) -> Iterator[Ask]:
    told = {"payment", "credit_note"} & set(rows.types.values())
    if not rows.negative or told or proposal.kind == "payments":
        return
    mostly = rows.negative * 2 > rows.amounts
    yield Ask(
        key="negative",
        question=f"{rows.negative:,} of {rows.amounts:,} amounts are below zero. What are they?",
        choices=(CREDITS, UNMATCHED, TURNED),
        suggested=TURNED if mostly else CREDITS,
        is_open=False,
        because=(
            "Most amounts are below zero, so the file likely shows what is owed that way."
            if mostly
            else "Credits and unmatched cash stand beside what is owed, and are never hidden in it."
        ),
    )


def _states(proposal: Proposal, rows: Rows) -> Iterator[Ask]:
    """Rows whose status says that nothing is owed on them."""
    if rows.void:
        yield Ask(
            key="void",
            question=f"Some rows say {_words(rows.void)}. Are they owed?",
            choices=(LEAVE_OUT, COUNT),
            suggested=LEAVE_OUT,
            is_open=False,
            because="Drafts, void documents and bills of our own are nothing that a customer owes.",
        )
    if rows.paid and "applications.effective_on" not in proposal.columns:
        yield Ask(
            key="paid",
            question=f"Some rows say {_words(rows.paid)}, and no column says when. Are they owed?",
            choices=(LEAVE_OUT, COUNT),
            suggested=LEAVE_OUT,
            is_open=False,
            because="A paid invoice without its day of payment would count as open.",
        )


def _words(found: Mapping[str, tuple[str, ...]]) -> str:
    texts = [text for texts in found.values() for text in texts]
    return ", ".join(f"“{text}”" for text in texts[:4])


def _currency(proposal: Proposal, currency: str) -> Iterator[Ask]:
    if proposal.header("currency"):
        return
    told = named_currency(proposal)
    yield Ask(
        key="currency",
        question="The file has no column of currencies. Which one are its amounts in?",
        choices=tuple(
            dict.fromkeys((told or currency, currency, "USD", "EUR", "GBP", *sorted(CURRENCIES)))
        ),
        suggested=told or currency,
        is_open=False,
        because="Its own signs say so." if told else "It is the pilot’s own currency.",
    )


def named_currency(proposal: Proposal) -> str | None:
    """The one currency that the amounts, their header or the titles name."""
    header = proposal.header("amount") or ""
    cells = proposal.look.profiles[header].values if header else ()
    words = " ".join((header, *proposal.look.titles)).replace("(", " ").replace(")", " ").split()
    found = {word for word in words if word in CURRENCIES}
    found |= {code for sign, code in _SIGNS.items() for cell in (header, *cells) if sign in cell}
    found |= {part for cell in cells for part in cell.split() if part in CURRENCIES}
    return found.pop() if len(found) == 1 else None
