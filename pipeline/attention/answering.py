"""What was done with a planted defect: caught or missed, said at once, counted for the team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from pipeline.attention.planting import Planted
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Draft, Entry, Event, Noun, Verdict

#: Whose answer it is: the team's. A person's own count would be a ranking.
TEAM = "review team"


class Answer(Noun):
    """How a planted defect was answered."""

    is_caught: bool
    sentence: str
    entry: Entry


def answer(
    ledger: Ledger,
    planted: Planted,
    verdict: Verdict,
    final: Draft,
    *,
    review_seconds: float,
    now: datetime,
    on_day: date,
) -> Answer:
    """Record a reviewer's answer to a planted defect, `final` being the text as they left it.

    Nothing of the text is kept. To approve is to miss it; an edit catches it when the defect is
    gone; holding, moving or rejecting the draft catches it.

    Raises CountbackError when this check was answered already.
    """
    case_id = planted.draft.case_id
    about = ledger.about(_subject(case_id))
    if is_answered(about, case_id, on_day):
        raise CountbackError(f"{case_id} was a check that is over: look at the true draft.")
    is_caught = _is_caught(planted, verdict, final)
    entry = ledger.append(
        Event(
            kind="seeded_check_answered",
            subject=_subject(case_id),
            by=TEAM,
            at=now,
            on_day=on_day,
            payload={
                "case_id": case_id,
                "defect": planted.defect,
                "verdict": verdict,
                "is_caught": is_caught,
                "review_seconds": review_seconds,
            },
        ),
        expected_version=about[-1].version if about else 0,
    )
    return Answer(is_caught=is_caught, sentence=_told(planted, is_caught), entry=entry)


def is_answered(entries: Iterable[Entry], case_id: str, on_day: date) -> bool:
    """Whether the day's check on a case is over."""
    return any(
        entry.kind == "seeded_check_answered"
        and entry.subject == _subject(case_id)
        and entry.on_day == on_day
        for entry in entries
    )


def _subject(case_id: str) -> str:
    # Not the case itself: an answer must not make a colleague's decision stale.
    return f"seeded:{case_id}"


def _is_caught(planted: Planted, verdict: Verdict, final: Draft) -> bool:
    if verdict == "approve":
        return False
    return verdict != "edit" or planted.is_gone(final)


def _told(planted: Planted, is_caught: bool) -> str:
    head = "Well seen, this was a check" if is_caught else "This was a check"
    return f"{head}: {planted.sentence}. Nothing was recorded on the case; here is its true draft."
