"""What each role may do: one complete table for the record, the pages and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model import ROLES, Role

#: Role -> what it is for.
PURPOSES: Mapping[Role, str] = {
    "viewer": "Sees every page and records nothing",
    "preparer": "Loads the exports, mends the data, prepares and routes the work",
    "approver": "Approves messages: without an approver none leaves",
    "dispute_owner": "Takes disputes and sees them to their end",
    "admin": "Says who holds which role, and sets the rules of the pilot",
}


@dataclass(frozen=True)
class Right:
    """One thing that can be done, and who may do it."""

    act: str
    """A kind of entry, or the name of an act on files."""
    does: str
    """What it is, in words."""
    roles: tuple[Role, ...]
    when: tuple[str, frozenset[object]] | None = None
    """Only entries whose payload says one of these in this field."""

    def covers(self, act: str, payload: Mapping[str, Any]) -> bool:
        """Whether this row is about such an entry."""
        if self.act != act:
            return False
        return self.when is None or payload.get(self.when[0]) in self.when[1]


_WORK: tuple[Role, ...] = ("preparer", "approver")
_DESK: tuple[Role, ...] = ("preparer", "approver", "dispute_owner")
_APPROVER: tuple[Role, ...] = ("approver",)
_RULES: tuple[Role, ...] = ("approver", "admin")
_ADMIN: tuple[Role, ...] = ("admin",)

TAKE_IN = "files_taken_in"
LAYOUT = "layout_answered"
ASK_MODEL = "model_asked"

#: Everything that can be done, complete: what has no row here nobody may do.
RIGHTS: tuple[Right, ...] = (
    Right(TAKE_IN, "Load exports and answer their questions", ("preparer",)),
    Right(LAYOUT, "Map a file's columns", ("preparer",)),
    Right(ASK_MODEL, "Ask the model for a wording", _WORK),
    Right("draft_prepared", "Prepare a draft", _WORK),
    Right(
        "decision",
        "Approve a message, as it is or with edits",
        _APPROVER,
        ("verdict", frozenset({"approve", "edit"})),
    ),
    Right(
        "decision",
        "Re-route, hold or reject a case",
        _WORK,
        ("verdict", frozenset({"reroute", "hold", "reject"})),
    ),
    Right("decision_countersigned", "Countersign a colleague's edit", _APPROVER),
    Right("undone", "Take a decision back", _WORK),
    Right("batch_approved", "Approve routine cases together", _APPROVER),
    Right("seeded_check_answered", "Answer a planted check", _WORK),
    Right("dispute_flagged", "Flag an invoice as disputed", _DESK),
    Right("dispute_assigned", "Give a dispute to its owner", _DESK),
    Right("dispute_evidence", "Add evidence to a dispute", _DESK),
    Right("dispute_accepted", "Accept a dispute", ("dispute_owner",)),
    Right("dispute_decided", "Decide a dispute", ("dispute_owner",)),
    Right("dispute_closed", "Close a dispute", ("dispute_owner",)),
    Right("dispute_undone", "Take a step of a dispute back", ("dispute_owner",)),
    Right("promise_recorded", "Record a promise to pay", _WORK),
    Right("timing", "Record worked time", _DESK),
    Right("timing_undone", "Take recorded time back", _DESK),
    Right(
        "kill_switch",
        "Stop everything unsent",
        ("preparer", "approver", "dispute_owner", "admin"),
        ("on", frozenset({True})),
    ),
    Right("kill_switch", "Let sending go on", _RULES, ("on", frozenset({False}))),
    Right("handing_over", "Hand over what was approved", _WORK),
    Right("handed_over", "Say that a message has left", _WORK),
    Right("hand_over_refused", "Say that a message has not left", _WORK),
    Right("hand_over_unknown", "Say that nobody knows whether a message left", _WORK),
    Right("correction_proposed", "Correct a cell beside the exports", _WORK),
    Right("correction_confirmed", "Confirm a colleague's correction", _APPROVER),
    Right("correction_undone", "Take a correction back", _WORK),
    Right("exemption_granted", "Exempt from a check of the data", _APPROVER),
    Right("exemption_ended", "End an exemption", _WORK),
    Right("fix_assigned", "Give a fix to a person", _WORK),
    Right("override_marked", "Say how much an override mattered", _WORK),
    Right("task_assigned", "Give a task to a person", _DESK),
    Right("task_closed", "Close a task", _DESK),
    Right("task_reopened", "Open a task again", _DESK),
    Right("item_filed", "File a message or an agreement", _WORK),
    Right("twins_judged", "Judge whether two rows are one", _WORK),
    Right("reply_closed", "Close a message", _WORK),
    Right("reply_reopened", "Open a message again", _WORK),
    Right("reply_labelled", "Have a model read messages", _WORK),
    Right("path_documented", "Write down how a case is worked", _WORK),
    Right("sorting_opened", "Open a sorting session", _WORK),
    Right("sorting_answered", "Sort by instinct", _DESK),
    Right("sorting_undone", "Take an answer of sorting back", _DESK),
    Right("sorting_closed", "Close one's part of a sorting session", _DESK),
    Right("sorting_seen", "Look at a sorting session without sorting", _DESK),
    Right("protocol_frozen", "Sign the protocol", _RULES),
    Right("protocol_changed", "Change the signed protocol", _RULES),
    Right("phase_changed", "Move the pilot to another phase", _RULES),
    Right("holdout_drawn", "Draw the holdout", _RULES),
    Right("holdout_withdrawn", "Withdraw the holdout", _RULES),
    Right("policy_changed", "Change the policy", _RULES),
    Right("erased", "Erase the texts about a customer", _ADMIN),
    Right("role_granted", "Grant a role", _ADMIN),
    Right("role_removed", "Remove a role", _ADMIN),
)


def spoken(roles: Iterable[Role], last: str = "and") -> str:
    """Roles as people say them: “approver and dispute owner”."""
    names = [role.replace("_", " ") for role in ROLES if role in set(roles)]
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def roles_for(act: str, payload: Mapping[str, Any]) -> frozenset[Role]:
    """Who may do it; nobody when the table does not know it."""
    return frozenset(role for right in RIGHTS if right.covers(act, payload) for role in right.roles)
