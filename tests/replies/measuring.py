"""How well replies are read: the labelled sets, and the table that docs/replies.md shows.

`python -m tests.replies.measuring` prints it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.exports.mail import looks_automatic, separate
from pipeline.replies import LABELS, REASONS, SENSITIVE, Understood, understand
from pipeline.statistics.intervals import wilson

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Labelled:
    """One message with what a person says it means."""

    message_id: str
    labels: frozenset[str]
    reason: str | None
    language: str
    trait: str
    """What makes it hard: negation, condition, one_line, language, new_person, soft, or plain."""
    text: str

    @property
    def is_sensitive(self) -> bool:
        return not SENSITIVE.isdisjoint(self.labels)

    @property
    def governing(self) -> str:
        return min(self.labels, key=LABELS.index)


@cache
def labelled(name: str) -> tuple[Labelled, ...]:
    """The rows of `development` or `held_out`."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Labelled(
                message_id=row["message_id"],
                labels=frozenset(row["labels"].split()),
                reason=row["reason"] or None,
                language=row["language"],
                trait=row["trait"],
                text=row["text"],
            )
            for row in csv.DictReader(file)
        )


def read(text: str, subject: str = "") -> Understood:
    """One message without headers, as the intake reads it."""
    parts = separate(text)
    automatic = looks_automatic("", subject, parts.reply)
    return understand(parts.reply, subject, automatic, parts.signature)


@cache
def readings(name: str) -> tuple[tuple[Labelled, Understood], ...]:
    return tuple((message, read(message.text)) for message in labelled(name))


def share(k: int, n: int) -> str:
    """`152 of 160, 0.95 [0.90, 0.98]`: with the Wilson interval."""
    interval = wilson(k, n)
    if interval is None:
        return "none"
    return f"{k} of {n}, {k / n:.2f} [{interval[0]:.2f}, {interval[1]:.2f}]"


def table(name: str) -> Iterator[str]:
    """Precision and recall by label, then what decides."""
    pairs = readings(name)
    yield "| label | messages | recall | precision |"
    yield "|---|---:|---|---|"
    for label in LABELS:
        meant = [found for message, found in pairs if label in message.labels]
        given = [message for message, found in pairs if label in found.labels]
        hits = sum(label in found.labels for found in meant)
        yield f"| {label} | {len(meant)} | {share(hits, len(meant))} | {share(hits, len(given))} |"
    yield ""
    yield from verdicts(pairs)


def verdicts(pairs: Sequence[tuple[Labelled, Understood]]) -> Iterator[str]:
    sensitive = [found for message, found in pairs if message.is_sensitive]
    other = [found for message, found in pairs if not message.is_sensitive]
    by_label = [found for found in sensitive if not SENSITIVE.isdisjoint(found.labels)]
    caught = sum(found.is_sensitive for found in sensitive)
    flagged = sum(found.is_sensitive for _, found in pairs)
    reasoned = [(m, found) for m, found in pairs if m.reason in REASONS]
    yield f"- Sensitive messages that are marked: {share(caught, len(sensitive))}"
    yield f"- of these by a sensitive label: {share(len(by_label), len(sensitive))}"
    yield f"- Marked messages that are sensitive: {share(caught, flagged)}"
    yield f"- Other messages left unmarked: {share(len(other) - (flagged - caught), len(other))}"
    right = sum(message.governing == found.governing for message, found in pairs)
    yield f"- Governing label right: {share(right, len(pairs))}"
    reasons = sum(message.reason == found.reason for message, found in reasoned)
    yield f"- Dispute reason right: {share(reasons, len(reasoned))}"


def main() -> None:
    for name in ("held_out", "development"):
        lines = (f"### {name}: {len(labelled(name))} messages", "", *table(name), "", "")
        sys.stdout.write("\n".join(lines))


if __name__ == "__main__":
    main()
