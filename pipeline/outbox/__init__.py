"""Approved bytes out: a letter, the ways it may leave, and what the record says of its leaving.

`letters` makes the bytes; `folder` writes them as `.eml` files; `smtp` gives them to a mail server;
`delivery` reads from the record where each approval stands. Whether one may leave at all is judged
above, in `sending`.
"""

from pipeline.outbox.channel import Channel, Handing, Outcome
from pipeline.outbox.delivery import Delivery, delivery
from pipeline.outbox.folder import EmlFolder
from pipeline.outbox.letters import Letter, mailto_link, message_id
from pipeline.outbox.smtp import Smtp, Unreachable

__all__ = [
    "Channel",
    "Delivery",
    "EmlFolder",
    "Handing",
    "Letter",
    "Outcome",
    "Smtp",
    "Unreachable",
    "delivery",
    "mailto_link",
    "message_id",
]
