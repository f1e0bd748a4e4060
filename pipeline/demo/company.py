"""The company's customers: master data, contacts, contracts, and how each one pays.

Four blocks of customers, by tier and terms; the pilot segment and its control are
the two largest. How a customer pays (`Profile`) never reaches an export.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from . import casting, names
from .casting import CAST, STORY_QUIET_FROM, WHALE, Cast
from .days import BOOKS_OPEN, LAST_DAY
from .rows import Books, Contact, Contract, Customer

TERM_DAYS = {"NET30": 30, "NET45": 45, "NET60": 60, "DUE_ON_RECEIPT": 0}
_BLOCKS = (
    ("enterprise", ("NET30", "NET45", "NET45", "NET60"), 12),
    ("mid", ("NET30",), 60),
    ("smb", ("NET30",), 70),
    ("mid", ("NET45",), 8),
    ("smb", ("NET60",), 5),
    ("smb", ("DUE_ON_RECEIPT",), 8),
    ("partner", ("NET45",), 1),
    ("partner", ("NET60", "NET30"), 6),
)
_THIN = {
    "C-1139": 3, "C-1140": 2, "C-1141": 1, "C-1142": 2, "C-1165": 0, "C-1166": 1, "C-1167": 2,
    "C-1168": 3, "C-1169": 1, "C-1170": 2,
}  # fmt: skip
_CURRENCIES = {
    "C-1004": "EUR", "C-1031": "EUR", "C-1052": "EUR", "C-1097": "EUR", "C-1145": "EUR",
    "C-1147": "GBP",
}  # fmt: skip
_COUNTRIES = {"EUR": ("DE", "NL", "FR"), "GBP": ("GB",), "USD": ("US",) * 9 + ("CA",)}
_PARENTS = {"C-1144": "C-1002", "C-1152": "C-1003"}
_HANDS_OFF = frozenset({"C-1006", "C-1040"})
WITHHOLDS = "C-1146"
"""The one customer that keeps back a tenth as withholding tax; it sits in India."""
_BASE_DOLLARS = {
    "enterprise": (16_000, 30_000), "mid": (2_400, 7_500), "smb": (500, 1_900),
    "partner": (900, 3_000),
}  # fmt: skip
_LATE_A, _LATE_B = 0.45, 1.2
_EXTRAS = {"enterprise": 0.5, "mid": 3.0, "smb": 0.5, "partner": 0.2}
_RENEWALS_FROM, _SPRING_FROM = date(2026, 2, 1), date(2026, 4, 6)


@dataclass(frozen=True, slots=True)
class Profile:
    """How one customer is billed and pays."""

    customer_id: str
    tier: str
    terms: str
    currency: str
    base_cents: int
    every_months: int
    """A subscription invoice every so many months; 0 = none."""
    per_month: int
    extras: float
    """Mean number of further invoices a month (usage, services)."""
    billing_day: int
    late_share: float
    """Chance (0-1) that an invoice is paid after its due day."""
    late_days: float
    """Mean days late of a late one."""
    bills_from: date
    bills_until: date
    at_most: int | None

    @property
    def in_pilot(self) -> bool:
        """Whether the pilot's segment (`tier = 'mid' and terms = 'NET30'`) holds it."""
        return self.tier == "mid" and self.terms == "NET30"


def found(books: Books, seed: int) -> list[Profile]:
    """Fill people, customers, contacts and contracts; return how each customer pays."""
    books.people.extend(casting.people())
    slots = list(_slots())
    firms = names.firms(Random(f"{seed}/firms"), len(slots))
    lateness = _lateness(seed)
    profiles = []
    for (number, tier, terms), firm in zip(slots, firms, strict=True):
        customer_id = f"C-{number}"
        rng = Random(f"{seed}/company/{customer_id}")
        customer = _customer(rng, customer_id, tier, terms, firm)
        books.customers.append(customer)
        books.contacts.extend(_contacts(rng, customer))
        books.contracts.extend(_contracts(rng, customer))
        profiles.append(_profile(rng, customer, lateness[customer_id]))
    return profiles


def _slots() -> Iterator[tuple[int, str, str]]:
    number = 1001
    for tier, terms, count in _BLOCKS:
        for n in range(count):
            yield number, tier, terms[n % len(terms)]
            number += 1


def _customer(rng: Random, customer_id: str, tier: str, terms: str, firm: str) -> Customer:
    cast = CAST.get(customer_id)
    currency = _CURRENCIES.get(customer_id, "USD")
    return Customer(
        customer_id=customer_id,
        name=cast.name if cast else firm,
        parent_id=_PARENTS.get(customer_id, ""),
        tier=tier,
        segment=rng.choice(("services", "manufacturing", "healthcare", "retail", "public")),
        country="IN" if customer_id == WITHHOLDS else rng.choice(_COUNTRIES[currency]),
        currency=currency,
        terms=terms,
        po_required=cast.po_required if cast else rng.random() < 0.12,
        legal_form=_legal_form(rng, tier),
        owner_id=cast.owner_id if cast else _owner(rng, tier),
        renews_on=cast.renews_on if cast else _renewal(rng, customer_id, tier),
        health=cast.health if cast else rng.choices(("green", "amber", "red"), (78, 17, 5))[0],
        hands_off=customer_id in _HANDS_OFF,
    )


def _legal_form(rng: Random, tier: str) -> str:
    if tier != "smb":
        return "company"
    return rng.choices(("company", "sole_trader", "person"), (93, 6, 1))[0]


def _owner(rng: Random, tier: str) -> str:
    if rng.random() < 0.025:
        return casting.LEFT_LAST_YEAR
    return rng.choice(casting.ACCOUNT_EXECUTIVES if tier != "smb" else ("P-15", "P-16", "P-14"))


def _renewal(rng: Random, customer_id: str, tier: str) -> date | None:
    """Over the twelve months from February 2026; of the middle tier, one in three in spring."""
    if customer_id in _THIN:
        return None
    day = rng.randrange(365)
    if tier == "mid" and day % 3 == 0:
        return _SPRING_FROM + timedelta(day % 49)
    return _RENEWALS_FROM + timedelta(day)


def _contacts(rng: Random, customer: Customer) -> list[Contact]:
    number = customer.customer_id.removeprefix("C-")
    cast = CAST.get(customer.customer_id)
    if cast:
        return [_cast_contact(number, customer, cast)]
    roles = ["accounts payable"]
    roles += ["controller"] if rng.random() < 0.3 else []
    roles += ["executive sponsor"] if customer.tier == "enterprise" else []
    return [_contact(rng, f"K-{number}-{n}", customer, r) for n, r in enumerate(roles, 1)]


def _cast_contact(number: str, customer: Customer, cast: Cast) -> Contact:
    email = cast.contact_mailbox or names.mailbox(cast.contact, cast.name)
    return Contact(
        f"K-{number}-1", customer.customer_id, cast.contact, email, "accounts payable",
        cast.contact_verified_on, "CRM", cast.contact_status,
    )  # fmt: skip


def _contact(rng: Random, contact_id: str, customer: Customer, role: str) -> Contact:
    name = names.person(rng)
    fresh = rng.random() < (0.9 if customer.tier in ("mid", "enterprise") else 0.72)
    # Before going live, whoever was left to confirm was confirmed.
    age = rng.randrange(61, 88) if fresh else rng.randrange(100, 420)
    verified = None if not fresh and rng.random() < 0.2 else LAST_DAY - timedelta(age)
    status = rng.choices(("active", "left", "bounced"), (96, 2, 2))[0]
    source = rng.choice(("CRM", "onboarding form", "invoice reply", "phone"))
    email = names.mailbox(name, customer.name)
    return Contact(
        contact_id, customer.customer_id, name, email, role, verified, source, status
    )  # fmt: skip


def _contracts(rng: Random, customer: Customer) -> list[Contract]:
    if customer.renews_on is None:
        return []
    cast = CAST.get(customer.customer_id)
    conflict = not cast and rng.random() < 0.015
    signed = cast.terms_signed if cast else "NET45" if conflict else ""
    renews = customer.renews_on
    return [
        Contract(
            contract_id=f"CT-{customer.customer_id.removeprefix('C-')}",
            customer_id=customer.customer_id,
            starts_on=renews.replace(year=renews.year - rng.choice((2, 3))),
            ends_on=renews - timedelta(days=1),
            renews_on=renews,
            terms=signed or customer.terms,
            po_required=customer.po_required,
            po_number=_po(rng) if customer.po_required and not cast else "",
        )
    ]


def _po(rng: Random) -> str:
    return f"45{rng.randrange(10**7, 10**8)}"


def _lateness(seed: int) -> dict[str, float]:
    """Every customer's chance (0-1) of paying late: few in the middle, many near nought.

    The chances of one block of customers are evenly spaced quantiles, dealt out at
    random, so that segments differ by who pays late and not by how much is late.
    Kumaraswamy's distribution (1980) has a quantile function in closed form.
    """
    shares: dict[str, float] = {}
    first = 1001
    for _, _, count in _BLOCKS:
        quantiles = [(n + 0.5) / count for n in range(count)]
        Random(f"{seed}/lateness/{first}").shuffle(quantiles)
        for n, u in enumerate(quantiles):
            shares[f"C-{first + n}"] = (1 - (1 - u) ** (1 / _LATE_B)) ** (1 / _LATE_A)
        first += count
    return shares


def _profile(rng: Random, customer: Customer, late_share: float) -> Profile:
    cast = CAST.get(customer.customer_id)
    low, high = _BASE_DOLLARS[customer.tier]
    whale = customer.customer_id == WHALE
    thin = _THIN.get(customer.customer_id)
    quiet = cast is not None and not whale
    rhythm = _rhythm(rng, customer, cast)
    return Profile(
        customer_id=customer.customer_id,
        tier=customer.tier,
        terms=customer.terms,
        currency=customer.currency,
        base_cents=7_100_000 if whale else int(rng.triangular(low, high, low * 1.4)) * 100,
        every_months=rhythm,
        per_month=4 if whale else 1,
        extras=0.9 if not rhythm else _EXTRAS[customer.tier],
        billing_day=rng.randrange(1, 29),
        late_share=late_share,
        late_days=(5.0 + 4.5 * late_share) * rng.lognormvariate(0, 0.2),
        bills_from=_first_month(rng, customer.customer_id),
        bills_until=STORY_QUIET_FROM if quiet else LAST_DAY,
        at_most=thin,
    )


def _rhythm(rng: Random, customer: Customer, cast: Cast | None) -> int:
    if cast:
        return int(cast.subscribes)
    quarterly = customer.tier == "smb" and rng.random() < 0.6
    return 3 if quarterly else 1


def _first_month(rng: Random, customer_id: str) -> date:
    """Nine customers in ten are older than the books; the rest joined later."""
    if customer_id in _THIN:
        return date(2026, 1, 1)
    return (
        BOOKS_OPEN
        if customer_id in CAST or rng.random() < 0.9
        else date(2025, rng.randrange(1, 10), 1)
    )
