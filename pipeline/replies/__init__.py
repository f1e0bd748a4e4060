"""What a customer's reply means: labels with the words that say so; rules, no model.

Reading order: `labels` (the thirteen labels, the eight dispute reasons, what outranks what),
`sentences` (a text cut into sentences that still lie in it verbatim), `phrases` (the small
language in which the rules are written), `needing` (which phrases a text cannot hold, told from
its words), `rulebook` (rules/*.toml, one file per language), `understanding` (a message's text
in, its labels out), `quoting` (the words as they stand in the message).
"""

from pipeline.replies.labels import LABELS, REASONS, SENSITIVE, Span, Understood, proposed
from pipeline.replies.quoting import verbatim
from pipeline.replies.rulebook import rules_fingerprint
from pipeline.replies.understanding import understand

__all__ = [
    "LABELS",
    "REASONS",
    "SENSITIVE",
    "Span",
    "Understood",
    "proposed",
    "rules_fingerprint",
    "understand",
    "verbatim",
]
