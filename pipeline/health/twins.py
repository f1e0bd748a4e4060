"""Customers that may be one: nearly the same name, perhaps the same mail domain.

Pairs are proposed with their likeness and judged by a person; nothing is ever merged here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from rapidfuzz import fuzz

#: Likeness (0-100, rapidfuzz's token_set_ratio) from which names alone make a pair …
ALIKE = 90
#: … and from which they do when the contacts share a mail domain as well.
ALIKE_WITH_DOMAIN = 75
#: A word that more customers share than this (Software, Holding) makes no candidates.
COMMON = 50
#: Mail domains that say nothing about who somebody works for.
PUBLIC_DOMAINS = frozenset(
    (
        *("gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "gmx.de"),
        *("gmx.net", "aol.com", "proton.me", "web.de", "live.com", "msn.com"),
    )
)
_LEGAL_FORMS = frozenset(
    (
        *("inc", "incorporated", "llc", "ltd", "limited", "plc", "corp", "corporation", "co"),
        *("company", "gmbh", "ag", "kg", "ohg", "se", "sa", "sas", "sarl", "srl", "spa", "bv"),
        *("nv", "ab", "as", "oy", "aps", "pty", "the", "and", "und", "et"),
    )
)


class Customer(NamedTuple):
    """What is compared of a customer."""

    customer_id: str
    name: str
    domains: frozenset[str]
    """Mail domains of its contacts."""
    family: str = ""
    """Its parent, or itself: those known to belong together are no surprise."""


class Twins(NamedTuple):
    """Two customers that look alike; ids in order."""

    customer_id: str
    twin_id: str
    name: str
    twin_name: str
    likeness: int
    """0-100, rapidfuzz's token_set_ratio over the bare names."""
    has_same_domain: bool


def bare(name: str) -> str:
    """A name without accents, punctuation, case and legal form; the plain words when none is left.

    Letters of other scripts stay.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    words = re.findall(r"\w+", plain)
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def look_alikes(customers: Sequence[Customer]) -> list[Twins]:
    """Pairs that may be one customer, the most alike first.

    Only customers that share a word of the name or a mail domain are compared, so that ten
    thousand names take seconds, not a hundred million comparisons.
    """
    known = {one.customer_id: one for one in customers}
    names = {one.customer_id: bare(one.name) for one in customers}
    pairs = {pair for ids in _sharing(customers, names) for pair in combinations(sorted(ids), 2)}
    strangers = [pair for pair in pairs if not _is_family(known[pair[0]], known[pair[1]])]
    found = [_compared(known[one], known[other], names) for one, other in strangers]
    alike = [twins for twins in found if _is_alike(twins)]
    return sorted(alike, key=lambda t: (-t.likeness, not t.has_same_domain, t[:2]))


def _is_family(one: Customer, other: Customer) -> bool:
    return bool(one.family) and one.family == other.family


def _sharing(customers: Sequence[Customer], names: Mapping[str, str]) -> Iterator[set[str]]:
    """Groups of customers worth comparing: by first letters of each word, and by domain."""
    groups: dict[tuple[str, str], set[str]] = {}
    for one in customers:
        for word in names[one.customer_id].split():
            groups.setdefault(("word", word[:5]), set()).add(one.customer_id)
        for domain in one.domains - PUBLIC_DOMAINS:
            groups.setdefault(("domain", domain), set()).add(one.customer_id)
    return (ids for ids in groups.values() if 1 < len(ids) <= COMMON)


def _compared(one: Customer, other: Customer, names: Mapping[str, str]) -> Twins:
    likeness = fuzz.token_set_ratio(names[one.customer_id], names[other.customer_id])
    shared = (one.domains & other.domains) - PUBLIC_DOMAINS
    return Twins(
        one.customer_id, other.customer_id, one.name, other.name, int(likeness), bool(shared)
    )


def _is_alike(twins: Twins) -> bool:
    return twins.likeness >= (ALIKE_WITH_DOMAIN if twins.has_same_domain else ALIKE)
