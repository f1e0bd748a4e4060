"""What customers wrote by a day: what it seems to mean, whether it stops drafts, who closed it."""

from __future__ import annotations

from pipeline.warehouse.day import Day, Row

#: Replies of one customer that are listed: those that stop something come first.
LISTED = 12
_REPLIES = (
    "select inbound.*, it.sender, it.subject, it.body, "
    "message_stamp(it.message_id, it.sent_at, it.sender, it.subject, it.body) as stamp "
    "from inbound_replies as inbound join intake_messages as it on inbound.message_key = it.rowid "
)


def replies_of(day: Day, customer_id: str) -> list[Row]:
    """The customer's messages: open ones that stop something first, then the newest."""
    return day.select(
        f"{_REPLIES} where inbound.customer_id = ? order by "
        "inbound.stops and inbound.event_id is null desc, inbound.sent_at desc, "
        f"inbound.message_id limit {LISTED}",
        [customer_id],
    )


def reply(day: Day, message_id: str) -> Row | None:
    """One message of a customer by its id; None when the day knows none such."""
    rows = day.select(
        f"{_REPLIES} where inbound.message_id = ? order by inbound.message_key limit 1",
        [message_id],
    )
    return rows[0] if rows else None


def open_counts(day: Day) -> list[Row]:
    """Customers with messages that stop something and that nobody has closed, and how many."""
    return day.select(
        "select customer_id, count(*) as n from inbound_replies "
        "where stops and event_id is null group by customer_id order by customer_id"
    )


def closed_replies(day: Day) -> list[Row]:
    """Every closing that stands on the day, oldest first."""
    return day.select(
        "select closed.message_id, closed.customer_id, closed.suggested, closed.was_unread, "
        "closed.verdict, closed.label, closed.labels, closed.is_settled, closed.closed_by, "
        "closed.closed_on, closed.event_id from closed_replies as closed "
        "order by closed.closed_on, closed.message_id"
    )
