"""The thirteen labels of a reply in order of precedence, and what was understood of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

#: Highest first: the first of a message's labels governs what happens to it.
LABELS = (
    "ESCALATION_OR_LEGAL",
    "BANK_DETAIL_RISK",
    "DISPUTE",
    "HARDSHIP_OR_PLAN",
    "PO_OR_ADMIN_BLOCK",
    "CONTACT_CHANGE",
    "ALREADY_PAID",
    "DOC_REQUEST",
    "PROMISE_TO_PAY",
    "IN_APPROVAL",
    "OUT_OF_OFFICE",
    "BOUNCE",
    "UNCLEAR",
)
#: Labels of which none may be missed: a false one costs a minute, a missed one the customer.
SENSITIVE = frozenset({"ESCALATION_OR_LEGAL", "BANK_DETAIL_RISK", "DISPUTE", "HARDSHIP_OR_PLAN"})
#: Why a customer disputes: what most of its words point to, the first of these when several do.
#: A dispute whose words point to none has no reason.
REASONS = (
    "DUPLICATE",
    "TAX",
    "CREDIT_DISCOUNT",
    "QTY_USAGE",
    "PRICE",
    "NOT_OURS",
    "SERVICE",
    "TERMS",
)


def proposed(by_rules: Collection[str], by_model: Collection[str]) -> tuple[str, ...]:
    """All labels that are suggested, the governing one first: a model only adds to the rules.

    UNCLEAR, which says that nothing was recognised, goes where something was.
    """
    both = {*by_rules, *by_model}
    return tuple(one for one in LABELS if one in both and (one != "UNCLEAR" or len(both) == 1))


@dataclass(frozen=True)
class Span:
    """The words behind a label, exactly as they stand in the text that was read."""

    label: str
    text: str


@dataclass(frozen=True)
class Understood:
    """One reply, read."""

    labels: tuple[str, ...]
    """In order of precedence, never empty."""
    spans: tuple[Span, ...]
    reason: str | None
    """Why the customer disputes; None when it does not, or does not say why."""
    is_unread: bool
    """Whether some of its words were understood by no rule and could mean trouble."""

    @property
    def governing(self) -> str:
        """The label that decides what happens."""
        return self.labels[0]

    @property
    def is_sensitive(self) -> bool:
        """Whether a person must read it first: what was not understood counts as well."""
        return self.is_unread or not SENSITIVE.isdisjoint(self.labels)

    @property
    def stops_drafts(self) -> bool:
        """Everything stops what is drafted, but an automatic answer that says nothing else."""
        return self.is_unread or self.labels != ("OUT_OF_OFFICE",)
