"""How an invoice is paid: when, in how many pieces, and what the pilot changed.

The true effect of the pilot is built in here, and nowhere else: in the pilot
segment, time that passes after both the due day and go-live shrinks by
`TRUE_SHRINK`. See `true_effect` in the package for what that comes to in days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from random import Random

from .company import WITHHOLDS, Profile
from .days import GO_LIVE, next_business_day

TRUE_SHRINK = 0.25
"""Share of the post-due time after go-live that the pilot saves, in its segment only."""
_DISPUTED, _FORGOTTEN = 0.026, 0.002


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that changes an invoice's balance; a reversal's cents are negative."""

    kind: str
    received_on: date
    """When the money (or the note) came."""
    applied_on: date
    known_on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of one invoice, and when its base payment would have come untreated."""

    pieces: tuple[Piece, ...]
    is_disputed: bool
    pays_on: date
    would_have_paid_on: date


def settle(rng: Random, profile: Profile, issued_on: date, due_on: date, cents: int) -> Settlement:
    """Draw the fate of one invoice."""
    offset, disputed = _offset(rng, profile, due_on)
    treated = treat(offset, due_on) if profile.in_pilot else offset
    without, pays_on = (
        next_business_day(max(issued_on + timedelta(1), due_on + timedelta(ceil(days))))
        for days in (offset, treated)
    )
    pieces = _pieces(rng, profile, pays_on, cents, disputed)
    return Settlement(tuple(pieces), disputed, pays_on, without)


def _offset(rng: Random, profile: Profile, due_on: date) -> tuple[float, bool]:
    """Days from due day to payment (negative = early), and whether a dispute caused them."""
    fate = rng.random()
    early = -int(rng.random() * 8)
    if fate < _DISPUTED:
        return 3 + rng.gammavariate(2.0, 3.5), True
    if fate < _DISPUTED + _FORGOTTEN:
        return rng.uniform(18, 80), False
    return (_lateness(rng, profile, due_on) if rng.random() < profile.late_share else early), False


def _lateness(rng: Random, profile: Profile, due_on: date) -> float:
    """Days late; around New Year everybody is three days slower, in every segment."""
    holiday = 3 if due_on.month == 12 and due_on.day > 18 else 0
    return holiday + rng.gammavariate(4.0, profile.late_days / 4.0)


def treat(offset: float, due_on: date) -> float:
    """The offset once the pilot works: only days after due day and go-live shrink."""
    start = max(0, (GO_LIVE - due_on).days)
    return offset if offset <= start else start + (offset - start) * (1 - TRUE_SHRINK)


def _pieces(rng: Random, profile: Profile, day: date, cents: int, disputed: bool) -> list[Piece]:
    if disputed:
        return _disputed(rng, day, cents)
    if profile.customer_id == WITHHOLDS:
        return _less_a_share(rng, day, cents, "withholding", 10)
    way = rng.choices(list(_WAYS), list(_WAYS.values()))[0]
    return way(rng, day, cents)


def _at_once(rng: Random, day: date, cents: int) -> list[Piece]:
    return [_cash(rng, day, cents)]


def _less_discount(rng: Random, day: date, cents: int) -> list[Piece]:
    return _less_a_share(rng, day, cents, "discount", 50)


def _less_a_share(rng: Random, day: date, cents: int, kind: str, part: int) -> list[Piece]:
    """Cash less one `part`-th, which is settled the same day as discount or withholding."""
    return [_cash(rng, day, cents - cents // part), _other(kind, day, cents // part)]


def _in_two(rng: Random, day: date, cents: int) -> list[Piece]:
    first = int(cents * rng.uniform(0.4, 0.8))
    later = next_business_day(day + timedelta(rng.randrange(4, 12)))
    return [_cash(rng, day, first), _cash(rng, later, cents - first)]


def _short(rng: Random, day: date, cents: int) -> list[Piece]:
    """A short payment: the rest is credited, or, when it is small, written off."""
    held_back = int(cents * rng.uniform(0.04, 0.18))
    later = next_business_day(day + timedelta(rng.randrange(8, 26)))
    kind = "write_off" if held_back < 9_000 else "credit"
    return [_cash(rng, day, cents - held_back), _other(kind, later, held_back)]


def _bounced(rng: Random, day: date, cents: int) -> list[Piece]:
    """Cash, returned by the bank for want of funds, then paid again."""
    back = next_business_day(day + timedelta(4))
    again = next_business_day(back + timedelta(rng.randrange(6, 12)))
    returned = Piece("reversal", back, back, back, -cents)
    return [_cash(rng, day, cents), returned, _cash(rng, again, cents)]


def _disputed(rng: Random, day: date, cents: int) -> list[Piece]:
    if rng.random() < 0.5:
        return [_cash(rng, day, cents)]
    credited = int(cents * rng.uniform(0.1, 0.4))
    return [_other("credit", day, credited), _cash(rng, day, cents - credited)]


def _cash(rng: Random, day: date, cents: int) -> Piece:
    """Cash is known nought to two days late; one payment in 200 waits to be applied."""
    waits = rng.randrange(5, 25) if rng.random() < 0.005 else 0
    applied = next_business_day(day + timedelta(waits))
    known = applied + timedelta(rng.choices((0, 1, 2), (50, 35, 15))[0])
    return Piece("cash", day, applied, known, cents)


def _other(kind: str, day: date, cents: int) -> Piece:
    return Piece(kind, day, day, day, cents)


_WAYS: dict[Callable[[Random, date, int], list[Piece]], float] = {
    _at_once: 93.6,
    _in_two: 3.5,
    _short: 1.2,
    _less_discount: 1.3,
    _bounced: 0.4,
}
"""How an undisputed invoice is paid, and the chance of each in percent."""
