"""Which wording a case has: asked for once, kept beside it, and never changed under a reader.

`models/drafts/` holds one file for a case and a question: what came of it, and why not when
nothing did. Another wording comes only by asking for it; a case that is asked something else by
now (another tone, another prompt, another model) has no wording until it is asked.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from pipeline.drafting.wording import Rewording
from pipeline.llm.answers import Kept
from pipeline.model import fingerprint


class Wording(NamedTuple):
    """What a model made of a case: the rewording, or why there is none."""

    name: str
    """Of the question, with attempt 0."""
    attempt: int
    model: str
    answer: Rewording | None
    why: str = ""
    at: str = ""


def kept_wording(folder: Path, case_id: str, name: str) -> Wording | None:
    """The wording that a case has for this question; None when it was never asked."""
    found = _kept(folder).get(fingerprint(case_id, name))
    if found is None or found.get("name") != name:
        return None
    try:
        answer = Rewording.model_validate(found["answer"]) if found["answer"] else None
        return Wording(
            name, int(found["attempt"]), found["model"], answer, found["why"], found["at"]
        )
    except (ValidationError, KeyError, TypeError, ValueError):
        return None  # damaged: asked anew


def keep_wording(folder: Path, case_id: str, made: Wording, now: datetime) -> Wording:
    """Keeps a wording in the place of the one before it."""
    stamped = made._replace(at=now.isoformat())
    value = {**stamped._asdict(), "answer": made.answer.model_dump() if made.answer else None}
    _kept(folder).put(fingerprint(case_id, made.name), value)
    return stamped


def wordings_stamp(folder: Path) -> int:
    """Changes with every wording that is kept; 0 while there is none."""
    try:
        return (folder / "models" / "drafts").stat().st_mtime_ns
    except OSError:
        return 0


def wordings_made(folder: Path) -> int:
    """For how many drafts a model was asked, whatever came of it."""
    return len(list((folder / "models" / "drafts").glob("*.json")))


def _kept(folder: Path) -> Kept:
    return Kept(folder / "models" / "drafts")
