"""Who is who: our own people, and the customers that a planted story needs.

Ids, names and addresses here are the same for every seed, so that a walk-through,
a test or a screenshot can name them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .rows import Person

COMPANY = "Northlight Software"
HOME = "northlight.example"

FINANCE_LEAD, CONTROLLER = "P-01", "P-02"
COLLECTORS = ("P-03", "P-04", "P-05")
BILLING = "P-06"
ACCOUNT_EXECUTIVES = ("P-09", "P-10", "P-11", "P-12", "P-13", "P-14")
SUCCESS_LEAD, DELIVERY_LEAD, TAX_LEAD = "P-15", "P-17", "P-18"
LEFT_IN_JANUARY, LEFT_LAST_YEAR = "P-08", "P-20"

_STAFF = (
    ("P-01", "Priya Raman", "finance"),
    ("P-02", "Tomás Lindqvist", "finance"),
    ("P-03", "Grace Adeyemi", "collections"),
    ("P-04", "Jonas Weiss", "collections"),
    ("P-05", "Mei Tanaka", "collections"),
    ("P-06", "Oliver Brandt", "billing"),
    ("P-07", "Sana Qureshi", "billing"),
    ("P-08", "Daniel Mercer", "sales"),
    ("P-09", "Hannah Kowalski", "sales"),
    ("P-10", "Luis Ferreira", "sales"),
    ("P-11", "Amara Nwosu", "sales"),
    ("P-12", "Ben Castellano", "sales"),
    ("P-13", "Yuki Mori", "sales"),
    ("P-14", "Farah Haddad", "sales"),
    ("P-15", "Ines Halloran", "customer success"),
    ("P-16", "Peter Vance", "customer success"),
    ("P-17", "Ruth Okonkwo", "delivery"),
    ("P-18", "Colin Abbott", "tax"),
    ("P-19", "Nadia Petrov", "treasury"),
    ("P-20", "Greg Tully", "sales"),
)


def people() -> list[Person]:
    """Our own people; two account executives have left."""
    gone = {LEFT_IN_JANUARY, LEFT_LAST_YEAR}
    return [Person(i, name, own_mailbox(name), team, i not in gone) for i, name, team in _STAFF]


def own_mailbox(name: str) -> str:
    """`first.last@northlight.example`."""
    ascii_name = name.lower().replace("á", "a")
    return f"{ascii_name.replace(' ', '.')}@{HOME}"


def name_of(person_id: str) -> str:
    """The name behind one of our own ids."""
    return next(name for i, name, _ in _STAFF if i == person_id)


def collector_of(customer_id: str) -> str:
    """The id of the collector who looks after a customer."""
    return COLLECTORS[int(customer_id.removeprefix("C-")) % len(COLLECTORS)]


@dataclass(frozen=True, slots=True)
class Cast:
    """What a story fixes about its customer; everything else is drawn."""

    name: str
    contact: str
    owner_id: str
    renews_on: date = date(2026, 11, 15)
    health: str = "green"
    po_required: bool = False
    subscribes: bool = True
    terms_signed: str = ""
    """Terms of the contract, where they differ from those of the customer master."""
    contact_status: str = "active"
    contact_verified_on: date = date(2026, 1, 21)
    contact_mailbox: str = ""


WHALE = "C-1001"
CAST: dict[str, Cast] = {
    WHALE: Cast("Meridian Grid Utilities", "Helga Thackeray", "P-09", date(2026, 9, 1)),
    "C-1013": Cast(
        "Harborline Logistics", "Desmond Calloway", LEFT_IN_JANUARY, date(2027, 1, 13),
        po_required=True, subscribes=False,
    ),
    "C-1014": Cast("Cedarbrook Clinics", "Renske Bakker", "P-10", date(2026, 5, 12)),
    "C-1015": Cast("Tallgrass Foods", "Owen Maddox", "P-11", health="amber"),
    "C-1016": Cast(
        "Quarryfield Insurance", "Judit Novak", "P-12", contact_status="left",
        contact_verified_on=date(2025, 12, 4),
    ),
    "C-1017": Cast("Pinecrest Dental Group", "Dana Ridley", "P-13"),
    "C-1073": Cast(
        "Bluewater Print", "Lorenz Keller", "P-14", contact_verified_on=date(2025, 8, 21)
    ),
    "C-1148": Cast("Oakhurst Veterinary", "Fiona Corrigan", "P-09"),
    "C-1149": Cast("Lanternfield Media", "Rafael Barros", "P-10", health="amber"),
    "C-1076": Cast("Stonebridge Tools", "Nadine Falk", "P-11"),
    "C-1077": Cast("Copperfold Interiors", "Samir Gupta", "P-12"),
    "C-1078": Cast("Willowmere Schools Trust", "Tara Haldane", "P-13", terms_signed="NET60"),
    "C-1079": Cast(
        "Fernholt Medical", "Anya Sorensen", "P-14", contact_mailbox="ap@fernholtmedical.example"
    ),
    "C-1080": Cast(
        "Fernholt Medical Inc.", "A. Sorensen", "P-14",
        contact_mailbox="ap@fernholtmedical.example",
    ),
    "C-1081": Cast("Sundaymere Hotels", "Bram Jansen", "P-09"),
}  # fmt: skip
STORY_QUIET_FROM = date(2026, 1, 10)
"""From this day the story customers' bills are the planted ones alone."""
