"""Who is in each candidate segment, whom it would be compared with, and the conditions for both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.settings import Settings
from pipeline.warehouse.day import Row

#: Trait -> what people call it; the order in which candidates are listed when all else is equal.
TRAITS = {
    "pilot_segment": "pilot.toml",
    "tier_terms": "Tier and terms",
    "tier": "Tier",
    "terms": "Terms",
    "country": "Country",
    "size": "Size",
    "owner_id": "Owner",
    "segment": "Segment",
    "currency": "Currency",
    "legal_form": "Legal form",
    "health": "Health",
    "po_required": "Needs a PO number",
}
#: Between the two values of a pair (the unit separator: no export writes it).
_BETWEEN = "\x1f"


@dataclass(frozen=True)
class Candidate:
    """One way to cut a segment out of the customers."""

    trait: str
    value: str
    where: str
    """The condition over `customers`, for pilot.toml."""
    control_where: str
    pilot: tuple[Row, ...]
    """Its busy customers, the ten largest of the company left out (rows of customer_traits)."""
    control: tuple[Row, ...]
    """Whom it would be compared with: busy, none of the ten largest, no sibling."""
    top_ten: tuple[str, ...]
    """Ids of the company's ten largest that meet the plain condition."""
    siblings: tuple[str, ...]
    """Ids of customers outside that share a parent with one inside."""
    is_as_set: bool = False
    """Whether it is the segment that pilot.toml sets already."""
    is_holdout: bool = False
    """Whether its control was drawn from it by lot."""

    @property
    def key(self) -> tuple[str, str]:
        """(trait, value), as the metrics name it."""
        return self.trait, self.value

    @property
    def name(self) -> str:
        """What it is called: `mid, NET30`, `Country US`."""
        if self.is_as_set:
            return "As pilot.toml sets it"
        if self.trait == "tier_terms":
            return self.value.replace(_BETWEEN, ", ")
        if self.trait == "po_required":
            return TRAITS[self.trait] if self.value == "true" else "Needs no PO number"
        return f"{TRAITS[self.trait]} {self.value}"


def candidates(
    customers: Sequence[Row], members: Iterable[Row], settings: Settings
) -> list[Candidate]:
    """Every candidate that has a busy customer outside the top ten.

    `customers` and `members` are the rows of the metrics of those names.
    """
    by_key = {row["customer_key"]: row for row in customers}
    inside: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for member in members:
        inside[member["trait"], member["member_of"]].append(by_key[member["customer_key"]])
    found = [
        _as_set(rows, customers, settings)
        if trait == "pilot_segment"
        else _cut(trait, value, rows, customers)
        for (trait, value), rows in inside.items()
        if trait in TRAITS
    ]
    return [candidate for candidate in found if candidate.pilot]


def _cut(trait: str, value: str, inside: list[Row], customers: Sequence[Row]) -> Candidate:
    """A candidate by one value of one trait, the ten largest carved out by name."""
    pilot = _fit(inside)
    plain = _condition(trait, value, inside)
    top = tuple(row["customer_id"] for row in inside if row["is_top_ten"])
    outside = _others(inside, customers)
    families = {row["cluster"] for row in pilot}
    siblings = tuple(row["customer_id"] for row in outside if row["cluster"] in families)
    free = [row for row in _fit(outside) if row["cluster"] not in families]
    control, basis = _control(trait, value, pilot, free)
    left_out = [row["customer_id"] for row in outside if row["is_top_ten"]]
    return Candidate(
        trait=trait,
        value=value,
        where=_without(plain, top),
        control_where=_without(f"{basis}({plain}) is not true", (*left_out, *siblings)),
        pilot=tuple(pilot),
        control=tuple(control),
        top_ten=top,
        siblings=siblings,
    )


def _as_set(inside: list[Row], customers: Sequence[Row], settings: Settings) -> Candidate:
    """The pilot's own segment and control, exactly as its settings say."""
    pilot = _fit(inside)
    families = {row["cluster"] for row in pilot}
    control = [row for row in customers if row["arm"] == "CONTROL"]
    return Candidate(
        trait="pilot_segment",
        value="as it stands",
        where=settings.segment.where,
        control_where=settings.control.where,
        pilot=tuple(pilot),
        control=tuple(row for row in _fit(control) if row["cluster"] not in families),
        top_ten=tuple(row["customer_id"] for row in inside if row["is_top_ten"]),
        siblings=tuple(row["customer_id"] for row in control if row["cluster"] in families),
        is_as_set=True,
        is_holdout=settings.control.kind == "holdout",
    )


def _fit(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["is_busy"] and not row["is_top_ten"]]


def _others(inside: list[Row], customers: Sequence[Row]) -> list[Row]:
    taken = {row["customer_key"] for row in inside}
    return [row for row in customers if row["customer_key"] not in taken]


def _control(trait: str, value: str, pilot: list[Row], free: list[Row]) -> tuple[list[Row], str]:
    """Those of other tiers with the same terms, if they are enough; else everybody else."""
    if trait == "tier_terms":
        terms = value.split(_BETWEEN)[1]
        alike = [row for row in free if row["terms"] == terms]
        if len(alike) >= len(pilot):
            return alike, f"terms = {_quoted(terms)} and "
    return free, ""


# --- conditions --------------------------------------------------------------------------------


def _condition(trait: str, value: str, inside: list[Row]) -> str:
    """What tells the customers of a candidate from others, over the customer list's columns."""
    if trait == "tier_terms":
        tier, terms = value.split(_BETWEEN)
        return f"tier = {_quoted(tier)} and terms = {_quoted(terms)}"
    if trait == "po_required":
        return "po_required" if value == "true" else "po_required = false"
    if trait == "size":
        # No column says how large a customer is, and a band that moved would move the segment.
        return f"customer_id in ({_named(row['customer_id'] for row in inside)})"
    return f"{trait} = {_quoted(value)}"


def _without(where: str, ids: Sequence[str]) -> str:
    return f"{where} and customer_id not in ({_named(ids)})" if ids else where


def _named(ids: Iterable[str]) -> str:
    return ", ".join(_quoted(name) for name in sorted(set(ids)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
