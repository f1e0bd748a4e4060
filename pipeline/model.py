"""The nouns of Countback: frozen, validated, and knowing no other module.

Money is always a `Decimal` beside its ISO 4217 currency; days are calendar
days; `..._at` is UTC; `..._on` is a date.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

Lane = Literal["routine", "relationship", "blocked", "hands_off", "disputed", "waiting", "not_due"]
LANES: tuple[Lane, ...] = (
    "routine",
    "relationship",
    "blocked",
    "hands_off",
    "disputed",
    "waiting",
    "not_due",
)
#: Lanes whose play is a message to the customer. Every other lane never gets one.
MESSAGE_LANES: frozenset[str] = frozenset({"routine", "relationship"})

BUCKETS = ("current", "1-30", "31-60", "61-90", "91+", "no_due_date")

#: Currencies with three decimals; every other one is kept to two.
MINOR_UNITS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")

#: ISO 4217 codes in circulation.
CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW "
    "KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR "
    "MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG".split()
)

Verdict = Literal["approve", "edit", "reroute", "hold", "reject"]
VERDICTS: tuple[Verdict, ...] = ("approve", "edit", "reroute", "hold", "reject")

#: Override reasons: code -> what it says on screen. A short closed list, because
#: long ones end in "other" (see docs/decisions.md).
REASONS: dict[str, str] = {
    "FACT": "Wrong amount, date, PO or terms",
    "CONTACT": "Wrong or unverified contact",
    "PAID": "Already paid or cash unapplied",
    "DISPUTE_MISSED": "A complaint or open ticket was missed",
    "RELATIONSHIP": "Wrong play for this relationship",
    "TIMING": "Too soon, or a promise is running",
    "TONE": "Wording, length or tone",
    "OTHER": "Something else (say what)",
}
#: Reasons that say the routing was wrong, not the words.
ROUTING_REASONS = frozenset({"PAID", "DISPUTE_MISSED", "RELATIONSHIP", "TIMING"})


class Noun(BaseModel):
    """A frozen value; an unknown field is an error, never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CountbackError(Exception):
    """Something a person can mend: the message is one sentence saying how.

    `status` is the command line's exit status: 1 = the data says no,
    2 = the call is wrong.
    """

    status = 1


class WrongCall(CountbackError):
    """The request itself cannot be carried out (exit status 2)."""

    status = 2


class SourceCell(Noun):
    """Where a value was read: a cell of an export, of the policy, or of the record."""

    file: str
    sheet: str | None = None
    row: int | None = None
    """The row as a spreadsheet counts it: the header row of a plain file is 1."""
    column: str | None = None


class Rule(Noun):
    """One line of the policy: a predicate over `open_invoices`, and where it sends a row."""

    name: str = Field(min_length=1)
    lane: Lane
    when: str = Field(min_length=1)
    because: str = ""


class FiredRule(Noun):
    """A rule that applied to one invoice, with its sentence filled in."""

    rule: str
    lane: Lane
    because: str


class Blocker(Noun):
    """One reason why no follow-up may go, as code and sentence."""

    code: str
    sentence: str


class Route(Noun):
    """Where one open invoice goes, and everything that argued for it."""

    invoice_id: str
    customer_id: str
    lane: Lane
    rule: str
    because: str
    also: tuple[FiredRule, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    exempted: tuple[Blocker, ...] = ()
    """What would block, but for an exemption that a person gave for a time."""
    score: float | None = None
    """Probability (0-1) of still being open at the next bucket edge; None = no history at all."""
    value: Decimal
    """score x open balance: expected money aging into the next bucket, in `currency`."""
    case_id: str
    currency: str
    open_amount: Decimal


class Case(Noun):
    """What one person handles at once: a customer's open invoices of one lane and currency."""

    case_id: str
    customer_id: str
    customer_name: str
    lane: Lane
    currency: str
    invoice_ids: tuple[str, ...]
    open_amount: Decimal
    value: Decimal
    days_past_due: int | None
    """Of the oldest invoice; None when no invoice has a due date."""
    rule: str
    because: str


class Fact(Noun):
    """One thing that a message may say: its exact text, and the cell it came from."""

    name: str
    token: str
    source: SourceCell | None = None
    """None only for what the pilot itself states (today's date, the sender's settings)."""


class Exchange(Noun):
    """One message of a thread, its newest words apart from what it quotes."""

    sent_at: datetime
    direction: Literal["in", "out", "unknown"]
    sender: str
    subject: str
    text: str
    source: SourceCell
    automatic: str = ""
    """What no person wrote: reply (an absence), bounce or bulk; empty when a person wrote it."""
    confirmed: tuple[str, ...] = ()
    """The labels that a person has closed it with, the governing one first; none while open."""
    is_claimed: bool = False
    """Whether only its sender says that we wrote it, so that it answers nothing."""
    is_set_aside: bool = False
    """Whether it stops nothing more, because a person has closed it."""


class Doubt(Noun):
    """Something the draft is unsure about; blocking ones switch approval off."""

    code: str
    blocking: bool
    sentence: str


class Check(Noun):
    """One thing verified in the finished text."""

    name: str
    ok: bool
    sentence: str = ""


class InvoiceLine(Noun):
    """One invoice as the dossier shows it, on the dossier's day."""

    invoice_id: str
    issued_on: date
    due_on: date | None
    amount: Decimal
    open_amount: Decimal
    currency: str
    days_past_due: int | None
    terms: str | None
    po_number: str | None
    file: str
    row: int
    columns: dict[str, SourceCell] = Field(default_factory=dict)
    """Our column name -> the cell it was read from."""


class Payment(Noun):
    """One earlier invoice of the customer, and when it was paid."""

    invoice_id: str
    amount: Decimal
    currency: str
    due_on: date | None
    paid_on: date
    days_late: int | None


class OpenDeal(Noun):
    """A renewal or a purchase of the customer that is neither won nor lost."""

    deal_id: str
    name: str
    stage: str
    amount: Decimal | None
    """What it is worth, in `currency`; None where the CRM does not say."""
    currency: str
    closes_on: date | None
    """The day on which it is to close; it may have passed."""
    owner_name: str | None = None
    source: SourceCell | None = None


class Person(Noun):
    """A contact of the customer or one of our own people."""

    person_id: str
    name: str
    email: str | None
    role: str | None = None
    verified_on: date | None = None
    source: str | None = None
    status: str | None = None
    cell: SourceCell | None = None


class Dossier(Noun):
    """Everything known about one case on one day, each fact with its cell."""

    case: Case
    as_of: date
    customer_name: str
    standing: dict[str, str | None]
    """tier, segment, terms, country, renews_on, health … as the customer master says."""
    invoices: tuple[InvoiceLine, ...]
    facts: tuple[Fact, ...]
    exchanges: tuple[Exchange, ...]
    payments: tuple[Payment, ...]
    deals: tuple[OpenDeal, ...] = ()
    """The customer's open deals, the next to close first."""
    contact: Person | None
    owner: Person | None
    doubts: tuple[Doubt, ...]
    score_sentence: str
    sender_name: str
    """Who signs: the pilot's company."""
    missing: tuple[str, ...] = ()
    """What is ours to supply before this can be chased (PO, contact, owner …)."""
    unapplied_amount: Decimal = Decimal(0)
    """The customer's cash not yet matched to an invoice, in the case's currency."""
    last_payment_on: date | None = None
    """The day of the customer's newest receipt known on `as_of`."""
    po_required: bool | None = None
    """Whether the customer pays only against a PO number; None = nobody has said."""
    terms_sources: dict[str, str | None] = Field(default_factory=dict)
    """Payment terms by where they are written: invoice, customer, contract."""
    promised_on: date | None = None
    """The day by which the customer promised to pay, while that promise still runs."""


class Draft(Noun):
    """A message (or the statement that there is none), with its evidence."""

    case_id: str
    state: Literal["draft", "refused"]
    why: str = ""
    to: str = ""
    subject: str = ""
    body: str = ""
    facts: tuple[Fact, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    checks: tuple[Check, ...] = ()
    model: str = ""
    prompt: str = ""
    """Name and fingerprint of the prompt file, e.g. `reminder@3fa9c1d2`."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the exact recipient, subject and body: what an approval binds to."""
        return fingerprint(self.to, self.subject, self.body)


EventKind = Literal[
    "draft_prepared",
    "decision",
    "decision_countersigned",
    "undone",
    "dispute_flagged",
    "dispute_assigned",
    "dispute_accepted",
    "dispute_evidence",
    "dispute_decided",
    "dispute_closed",
    "dispute_undone",
    "promise_recorded",
    "seeded_check_answered",
    "timing",
    "kill_switch",
    "handing_over",
    "handed_over",
    "hand_over_refused",
    "hand_over_unknown",
    "batch_approved",
    "protocol_frozen",
    "protocol_changed",
    "path_documented",
    "phase_changed",
    "holdout_drawn",
    "holdout_withdrawn",
    "timing_undone",
    "correction_proposed",
    "correction_confirmed",
    "correction_undone",
    "exemption_granted",
    "exemption_ended",
    "fix_assigned",
    "item_filed",
    "reply_closed",
    "reply_reopened",
    "reply_labelled",
    "twins_judged",
    "policy_changed",
    "override_marked",
    "task_assigned",
    "task_closed",
    "task_reopened",
    "sorting_opened",
    "sorting_answered",
    "sorting_undone",
    "sorting_closed",
    "sorting_seen",
    "role_granted",
    "role_removed",
    "erased",
]


Role = Literal["viewer", "preparer", "approver", "dispute_owner", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "preparer", "approver", "dispute_owner", "admin")

#: Whoever signs in at this machine rather than at a provider has this as issuer.
LOCAL = "local"
_ISSUER = re.compile(r"https?://[^\s|]+", re.ASCII)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Actor(Noun):
    """A person as a provider knows them: the issuer and its subject say who, the name only shows.

    Issuer and subject are compared to the letter: another case or a space is another person.
    """

    issuer: str = Field(min_length=1, max_length=255)
    subject: str = Field(min_length=1, max_length=255)
    name: str = Field(min_length=1, max_length=200)

    @field_validator("issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        if value != LOCAL and not _ISSUER.fullmatch(value):
            raise ValueError(f"the issuer {value!r} is no address like https://id.example")
        return value

    @field_validator("subject")
    @classmethod
    def _is_a_subject(cls, value: str) -> str:
        if value != value.strip() or not value.isprintable():
            raise ValueError(f"the subject {value!r} has spaces around it or unprintable signs")
        return value

    @field_validator("name")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if value != " ".join(value.split()) or not value.isprintable():
            raise ValueError(f"the name {value!r} has stray spaces or unprintable signs")
        return value

    @property
    def identity(self) -> str:
        """`issuer|subject`: no issuer holds a bar, so no two people share one."""
        return f"{self.issuer}|{self.subject}"

    @property
    def is_named_by_mail(self) -> bool:
        """Whether the subject is an e-mail address, which can be somebody else's tomorrow."""
        return self.issuer != LOCAL and _MAIL.fullmatch(self.subject) is not None


def actor_of(identity: str, name: str) -> Actor:
    """The person of an `issuer|subject`; raises WrongCall when it is none."""
    issuer, _, subject = identity.partition("|")
    try:
        return Actor(issuer=issuer, subject=subject, name=name)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        why = fault["msg"].removeprefix("Value error, ")
        raise WrongCall(
            f"{identity!r} names nobody ({fault['loc'][0]}: {why}): write issuer|subject, as the "
            "sign-in page shows them."
        ) from error


class Event(Noun):
    """One entry to be written to the record.

    `subject` is what it is about (a case_id, an invoice_id, or "pilot");
    `on_day` is the day of the books it was taken on, `at` the moment it was written.
    """

    kind: EventKind
    subject: str
    by: str
    at: datetime
    on_day: date
    payload: dict[str, Any] = Field(default_factory=dict)


class Entry(Noun):
    """One entry as it stands in the record, with its links of the hash chain."""

    seq: int
    event_id: str
    kind: str
    subject: str
    version: int
    """The subject's version after this entry, counting from 1."""
    by: str
    at: datetime
    on_day: date
    payload: dict[str, Any]
    previous: str
    hash: str
    actor: str = Field(default="", exclude_if=lambda actor: not actor)
    """`issuer|subject` of the person, where roles say who may do what; else empty."""


class Decision(Noun):
    """A person's verdict on one case: the payload of a `decision` event."""

    case_id: str
    customer_id: str
    lane: Lane
    rule: str
    verdict: Verdict
    reason: str | None = None
    note: str = ""
    invoice_ids: tuple[str, ...]
    to: str = ""
    subject: str = ""
    draft_subject: str = ""
    """Empty when the record does not say: taken as unchanged."""
    draft_body: str = ""
    final_body: str = ""
    new_lane: Lane | None = None
    hold_until: date | None = None
    edit_rate: float = 0.0
    """Word-level HTER: token Levenshtein(draft, final) / words(final)."""
    protected_change: bool = False
    """True when a figure, date, address or name changed, however small the edit."""
    policy: str = ""
    prompt: str = ""
    model: str = ""
    """Who worded the draft; empty: the built-in drafter."""
    review_seconds: float | None = None
    approved_hash: str = ""
    seen: dict[str, str] = Field(default_factory=dict)
    """What the books said when the message was approved: a change of any of it makes it void."""
    batch: str = ""
    """The batch it was approved in; empty when it was decided by itself."""


def fingerprint(*parts: str) -> str:
    """SHA-256 (hex) over the parts, length-prefixed so that no two splits collide."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode()
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
