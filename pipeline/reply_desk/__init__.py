"""Customers' messages at a person's desk: closed one by one, and what that says of the reading.

Reading order: `closing` (one message closed, settled or opened again, from a page or a script),
`card` (how well the suggested labels agree with the confirmed ones), `telling` (in words).
"""

from pipeline.reply_desk.card import FEWEST, accuracy, measure
from pipeline.reply_desk.closing import close_message, reopen_message, settle_message
from pipeline.reply_desk.telling import in_words, told

__all__ = [
    "FEWEST",
    "accuracy",
    "close_message",
    "in_words",
    "measure",
    "reopen_message",
    "settle_message",
    "told",
]
