"""What a before/after does not prove, said with every one."""

from __future__ import annotations

from pipeline.settings import Settings

_NOT_RANDOM = (
    "That both sides would have moved alike without the pilot.",
    (
        "The control was not drawn at random; a trend of its own would be counted as effect. A "
        "random holdout inside the segment removes this doubt."
    ),
)
_ALWAYS = (
    (
        "Which part of the pilot did it.",
        (
            "Drafts, routing, cleaner contacts and attention came together; the comparison sees "
            "them only together."
        ),
    ),
    (
        "That it lasts.",
        (
            "Clearing a backlog happens once; the effect must still be there among the invoices "
            "due in the last month."
        ),
    ),
    ("That other segments would do the same.", "This one was chosen for being clean."),
    (
        "A point estimate.",
        "Only the interval may be quoted; its middle moves with the draw.",
    ),
)


def not_proven(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Each doubt that remains, and why, in plain words."""
    return _ALWAYS if settings.control.kind == "holdout" else (_NOT_RANDOM, *_ALWAYS)
