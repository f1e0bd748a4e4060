"""Events to fill a record with: fixed ones to reason about, drawn ones to be surprised by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

from hypothesis import strategies as st

from pipeline.model import Event, EventKind

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def note(subject: str = "C-1", minute: int = 0, by: str = "ana", **payload: object) -> Event:
    """A small event: who, on what, how many minutes after noon."""
    at = NOON + timedelta(minutes=minute)
    return Event(
        kind="promise_recorded", subject=subject, by=by, at=at, on_day=DAY, payload=payload
    )


def story(n: int) -> list[Event]:
    """As many events on three cases, every one a minute later."""
    return [note(f"C-{i % 3 + 1}", minute=i, amount=f"{i}.00") for i in range(n)]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)

events = st.builds(
    Event,
    # Who may grant a role is the record's own to ask: tests/ledger/test_roles.py.
    kind=st.sampled_from([kind for kind in get_args(EventKind) if not kind.startswith("role_")]),
    subject=st.sampled_from(["C-1", "C-2", "dispute:INV-1", "pilot", "naïve '; --", "\x00"])
    | st.text(),
    by=st.text(),
    at=st.datetimes(timezones=st.just(UTC)),
    on_day=st.dates(),
    payload=st.dictionaries(st.text(), json_values, max_size=4),
)
