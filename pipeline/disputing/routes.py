"""Who takes a dispute: reason -> owner, backup and the hours until the owner has accepted it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.settings import DisputeRoute, Settings
from pipeline.warehouse.day import Row

#: Whoever owns the customer's account.
ACCOUNT_OWNER = "account owner"
#: Reason -> what it means, its codes in ANSI X12 426 and EDIFACT 4465, and who takes it: a team
#: of people.csv, or the account's owner.
REASONS: dict[str, tuple[str, str, str, str, str]] = {
    "PRICE": ("Rate, uplift, contract price", "01", "5", ACCOUNT_OWNER, "finance"),
    "QTY_USAGE": ("Seats, units, hours, overage", "06", "4", ACCOUNT_OWNER, "delivery"),
    "SERVICE": ("Not delivered, incomplete, outage", "38", "2", "delivery", ACCOUNT_OWNER),
    "DUPLICATE": ("Billed twice, already credited", "19", "9", "billing", "finance"),
    "NOT_OURS": ("Not ordered, cancelled, wrong entity", "18", "9", ACCOUNT_OWNER, "finance"),
    "CREDIT_DISCOUNT": ("Credit or discount missing", "24", "19", ACCOUNT_OWNER, "billing"),
    "TERMS": ("Not yet due, other terms agreed", "09", "", "finance", "billing"),
    "TAX": ("VAT or sales tax, exemption", "55", "26", "tax", "finance"),
}
#: Of a reason that is in no table.
OTHERWISE = DisputeRoute(owner=ACCOUNT_OWNER, backup="finance")


@dataclass(frozen=True)
class Taker:
    """A person to ask, and how soon they should have accepted (business hours)."""

    owner: str | None
    backup: str | None
    sla_hours: float


def route_of(reason: str | None, settings: Settings) -> DisputeRoute:
    """The line of a reason: the pilot's own, or as it ships."""
    code = (reason or "").strip().upper()
    known = REASONS.get(code)
    shipped = DisputeRoute(owner=known[3], backup=known[4]) if known else OTHERWISE
    own = settings.disputes.get(code)
    if own is None:
        return shipped
    return DisputeRoute(
        owner=own.owner or shipped.owner,
        backup=own.backup or shipped.backup,
        sla_hours=own.sla_hours,
    )


def taker(row: Row, settings: Settings, people: Sequence[Row]) -> Taker:
    """Who is to be asked for one dispute; nobody who has left, and None where nobody is."""
    line = route_of(row["reason"], settings)
    owner, backup = (_person(word, row, people) for word in (line.owner, line.backup))
    return Taker(owner or backup, backup if owner else None, line.sla_hours)


def _person(word: str, row: Mapping[str, object], people: Sequence[Row]) -> str | None:
    here = [one for one in people if one["is_active"]]
    named = str(row["account_owner"] or "") if word == ACCOUNT_OWNER else word
    for one in here:
        if named and named in (one["name"], one["person_id"]):
            return str(one["name"])
    team = [one for one in here if (one["team"] or "").casefold() == word.casefold()]
    return str(team[0]["name"]) if team else None


def table(settings: Settings) -> list[dict[str, object]]:
    """The whole routing table, reason by reason; the pilot's own reasons last."""
    codes = [*REASONS, *(code for code in settings.disputes if code not in REASONS)]
    return [_line(code, route_of(code, settings)) for code in codes]


def _line(code: str, line: DisputeRoute) -> dict[str, object]:
    meaning, x12, edifact, *_ = REASONS.get(code, ("", "", "", "", ""))
    return {
        "reason": code,
        "meaning": meaning,
        "owner": line.owner,
        "backup": line.backup,
        "sla_hours": line.sla_hours,
        "x12_426": x12,
        "edifact_4465": edifact,
    }
