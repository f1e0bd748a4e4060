"""Customers' messages at a person's desk: closed one by one, and what that says of the reading.

Reading order: `closing` (one message closed, settled or opened again, from a page or a script),
`asking` (a model is asked what they mean, where that is on), `card` (how well the suggested labels
agree with the confirmed ones), `telling` (in words).
"""

from pipeline.reply_desk.asking import Asked, ask_meanings, can_ask, summary_of
from pipeline.reply_desk.card import FEWEST, accuracy, measure
from pipeline.reply_desk.closing import close_message, reopen_message, settle_message
from pipeline.reply_desk.telling import in_words, suggestions_told, told

__all__ = [
    "FEWEST",
    "Asked",
    "accuracy",
    "ask_meanings",
    "can_ask",
    "close_message",
    "in_words",
    "measure",
    "reopen_message",
    "settle_message",
    "suggestions_told",
    "summary_of",
    "told",
]
