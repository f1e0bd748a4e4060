"""When a pilot is read out, and which invoices are then compared: fixed before the data."""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.settings import GO_LIVE_DAY, Settings
from pipeline.warehouse.day import Windows

READ_OUTS = (60, 90, 120)
#: The day at whose close invoices due up to day 90 have been watched for sixty days.
LONG_DAY = 150
#: Read-out day -> (post due from, due before), (pre due from, due before), all counted from
#: day 0. Pre has the same length as post; nothing of it is followed past go-live.
_WINDOWS = {
    60: ((30, 60), (0, 30)),
    90: ((30, 90), (-30, 30)),
    120: ((30, 90), (-60, 0)),
}


def latest_read_out(settings: Settings, as_of: date) -> int | None:
    """The last read-out whose days are over at the close of `as_of`; None before the first."""
    start = settings.pilot.started_on
    if start is None:
        return None
    done = [day for day in READ_OUTS if as_of >= start + timedelta(days=day - 1)]
    return done[-1] if done else None


def windows(start: date, read_out: int) -> Windows:
    """(is_post, due from, due before, first day not followed) of both windows."""
    post, pre = _WINDOWS[read_out]
    return [
        _window(start, is_post=True, due=post, cut=read_out),
        _window(start, is_post=False, due=pre, cut=GO_LIVE_DAY),
    ]


def before_day_0(start: date, read_out: int) -> Windows:
    """The same with the earlier window moved so that nothing of it touches day 0 or later."""
    post, pre = _WINDOWS[read_out]
    earlier = (pre[0] - GO_LIVE_DAY, pre[1] - GO_LIVE_DAY)
    return [
        _window(start, is_post=True, due=post, cut=read_out),
        _window(start, is_post=False, due=earlier, cut=0),
    ]


def long_followed(start: date) -> Windows:
    """Invoices due on days 30 to 90, watched to day 150, and as many watched as long before."""
    return [
        _window(start, is_post=True, due=(30, 90), cut=LONG_DAY),
        _window(start, is_post=False, due=(-90, -30), cut=GO_LIVE_DAY),
    ]


def _window(
    start: date, *, is_post: bool, due: tuple[int, int], cut: int
) -> tuple[bool, date, date, date]:
    def on(number: int) -> date:
        return start + timedelta(days=number)

    return (is_post, on(due[0]), on(due[1]), on(cut))
