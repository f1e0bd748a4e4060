"""Whose approval lets a message leave: by role where roles count, and by [outbox] approvers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.ledger.roles import PEOPLE, People
from pipeline.model import Entry
from pipeline.settings import OutboxSection, PeopleSection


class Approvers:
    """Judges who approved, as roles stood at that moment and as they stand now."""

    def __init__(
        self, people: PeopleSection, outbox: OutboxSection, entries: Iterable[Entry]
    ) -> None:
        self._rules = people
        self._named = outbox.approvers
        self._changes: Sequence[Entry] = [e for e in entries if e.subject == PEOPLE]
        self._now = People(people, self._changes)

    def why_not(self, entry: Entry) -> str:
        """Why an approval or a signature does not count, in one sentence; empty when it does."""
        if why := self._without_role(entry):
            return why
        if not entry.by.strip() or not self._is_named(entry):
            return (
                f"{entry.by or 'Nobody'} is not among those whose approval lets a message "
                "leave: [outbox] approvers names them."
            )
        return ""

    def _without_role(self, entry: Entry) -> str:
        if not self._now.is_ruled:
            return ""
        if not entry.actor:
            return (
                f"{entry.by} approved it before roles counted, so nobody knows whether they were "
                "an approver: approve it anew."
            )
        before = People(self._rules, [e for e in self._changes if e.seq < entry.seq])
        if "approver" not in before.roles(entry.actor):
            return f"{entry.by} ({entry.actor}) was no approver when they approved it."
        if "approver" not in self._now.roles(entry.actor):
            return (
                f"{entry.by} ({entry.actor}) is no approver any more: somebody who is approves it "
                "anew."
            )
        return ""

    def _is_named(self, entry: Entry) -> bool:
        """By [outbox] approvers; where roles count, by the name that an admin has given."""
        if not self._named:
            return True
        if not entry.actor:
            return entry.by in self._named
        return bool({entry.actor, self._now.name_of(entry.actor)} & set(self._named))
