"""The guided demo: twelve stops in seven minutes, each a day, a page and a case of the demo pilot.

A stop claims nothing: what its page shows is computed there and then. Where a stop needs something
to have been done before, `arrange` does it through the product's own rules, under a name of its
own.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from pipeline.acting import Moment, decide_case
from pipeline.deciding import standing_decision
from pipeline.model import Lane
from pipeline.pilot import Pilot

from .days import LAST_DAY, STARTED_ON
from .stories import STORIES

#: Who did what the tour needs done, in the record.
GUIDE = "Guided demo"
Act = Literal["", "approve", "ask_for_money_elsewhere", "hurry"]
#: What the tour types into a message, to show that it is refused.
OTHER_ACCOUNT = "Please pay to our new account: IBAN DE89 3704 0044 0532 0130 00."


class Stop(NamedTuple):
    """One stop of the tour."""

    title: str
    page: str
    """Under `pages/`, without its ending."""
    as_of: date
    look: str
    """What the audience should look at, in one sentence."""
    notes: str
    """What the presenter says."""
    seconds: int
    """How long it takes to say."""
    customer: str = ""
    lane: Lane | Literal[""] = ""
    """Of the case to open, if the stop has one."""
    act: Act = ""

    @property
    def case_id(self) -> str:
        """The case to open; empty when the stop is about none."""
        return f"{self.customer}/{self.lane}/USD" if self.customer else ""


_PAYER = "C-1157"
#: The day of an approval, some days before its invoice was paid.
_APPROVED = date(2026, 3, 27)
_CLEAN = "C-1022"
#: The day before a customer's complaint was known, and a day after.
_BEFORE, _AFTER = date(2026, 3, 17), date(2026, 3, 19)

TOUR: tuple[Stop, ...] = (
    Stop(
        title="What needs a person today?",
        page="work/queue",
        as_of=LAST_DAY,
        look="Every open invoice is in exactly one of these splits; most of them need no message.",
        notes=(
            "Northlight Software and all its customers are made up. The exports came from five "
            "systems and nothing was typed in. The list is in the order of what is likely to be "
            "still open at the next bucket edge, not of what is oldest."
        ),
        seconds=35,
    ),
    Stop(
        title="The clerk who left",
        page="work/review",
        as_of=LAST_DAY,
        look="Under “What I am unsure about”: the only contact has left, so there is no draft.",
        notes=(
            "Her mailbox said so in an automatic reply, which most teams never read. A dunning "
            "tool would have written to her again. Approving is off until somebody names a contact."
        ),
        seconds=35,
        customer=STORIES["departed_clerk"].ids["customer"],
        lane="routine",
    ),
    Stop(
        title="Sixty thousand dollars and a missing PO",
        page="work/review",
        as_of=LAST_DAY,
        look="The PO number was only ever written in a chat, and the account's owner has left.",
        notes=(
            "A reminder would never have collected this. The hand-off on the right goes to "
            "whoever can answer; the evidence on the left says where the number was written."
        ),
        seconds=35,
        customer=STORIES["missing_po"].ids["customer"],
        lane="blocked",
    ),
    Stop(
        title="Twelve days late, first case",
        page="work/review",
        as_of=LAST_DAY,
        look="A happy account in the middle of its renewal: a light word from its owner.",
        notes="Remember the age and the amount; the next one has the same.",
        seconds=25,
        customer=STORIES["mid_renewal"].ids["customer"],
        lane="relationship",
    ),
    Stop(
        title="Twelve days late, second case",
        page="work/review",
        as_of=LAST_DAY,
        look="Same age, same amount, opposite play: our own delivery is what is late here.",
        notes=(
            "Both are twelve days past due. Any list sorted by age treats them alike; a reminder "
            "here would have cost more than it could bring."
        ),
        seconds=35,
        customer=STORIES["open_delivery"].ids["customer"],
        lane="blocked",
    ),
    Stop(
        title="The day before the complaint",
        page="work/review",
        as_of=_BEFORE,
        look="A routine reminder is ready, and nothing about it is wrong on this day.",
        notes="The day in the sidebar went back two weeks: this is what was known then, no more.",
        seconds=25,
        customer=STORIES["missed_dispute"].ids["customer"],
        lane="routine",
    ),
    Stop(
        title="The day after the complaint",
        page="work/review",
        as_of=_AFTER,
        look="“Billed for 60 seats, 45 live”: the draft is gone, and a person owns the answer.",
        notes=(
            "Nobody flagged it in the ERP. The customer said it in a reply, without the word "
            "dispute. Everything unsent to this account is frozen until a person has closed it."
        ),
        seconds=40,
        customer=STORIES["missed_dispute"].ids["customer"],
        lane="disputed",
    ),
    Stop(
        title="An approval lapses",
        page="work/outbox",
        as_of=LAST_DAY,
        look="Approved on 27 March, paid a few days later: the message may not leave any more.",
        notes=(
            "An approval holds for one text, one state of the invoice, one contact, one thread. "
            "Nobody has to remember to take it back: “we paid yesterday” is never answered."
        ),
        seconds=40,
        customer=_PAYER,
        lane="routine",
        act="approve",
    ),
    Stop(
        title="New bank details are refused",
        page="work/review",
        as_of=LAST_DAY,
        look="The line with another account was typed into the message: approving is off.",
        notes=(
            "It does not matter who types it, a person or a model. No message may carry bank "
            "details, because that is how payments are stolen."
        ),
        seconds=30,
        customer=_CLEAN,
        lane="routine",
        act="ask_for_money_elsewhere",
    ),
    Stop(
        title="Are they approving everything?",
        page="prove/overrides",
        as_of=LAST_DAY,
        look="At the top: the same weeks with reviewers who only click, judged by the same rules.",
        notes=(
            "A falling override rate may mean better drafts, or nobody reading. That is why "
            "planted defects and seconds of reading stand beside the rate, and why the warning "
            "cannot be switched off."
        ),
        seconds=40,
        act="hurry",
    ),
    Stop(
        title="Week eight: which rule is wrong?",
        page="prove/overrides",
        as_of=LAST_DAY,
        look="One rule is overridden nearly every time: the rules need work, not the words.",
        notes=(
            "Open the replay: what a changed rule would have done to these overrides, and to "
            "everything else."
        ),
        seconds=45,
    ),
    Stop(
        title="Did the cash come sooner?",
        page="prove/before_after",
        as_of=LAST_DAY,
        look="The interval includes no change at all, so the answer is “cannot tell”.",
        notes=(
            "The true effect in this made-up company is half a day, less than this pilot could "
            "have seen. A tool that had said “improved” here would have been lucky or lying. "
            "“Start the demo over” in the sidebar undoes what the tour did."
        ),
        seconds=45,
    ),
)


#: How long it takes, all stops together.
MINUTES = round(sum(stop.seconds for stop in TOUR) / 60)


def offered(pilot: Pilot) -> bool:
    """Whether this pilot is the demo: made-up data of the demo's company and days."""
    settings = pilot.settings.pilot
    return settings.synthetic and settings.started_on == STARTED_ON and pilot.record.exists()


def arrange(stop: Stop, pilot: Pilot, moment: Moment) -> None:
    """Does what a stop needs done: once, however often it is visited.

    Raises CountbackError when the product's rules do not allow it.
    """
    if stop.act != "approve":
        return
    about = [entry for entry in pilot.entries() if entry.subject == stop.case_id]
    last = standing_decision(about)
    if last is not None and last.on_day == _APPROVED:
        return
    with pilot.day(_APPROVED) as day:
        desk = pilot.desk(day, stop.case_id)
        decide_case(pilot, day, stop.case_id, verdict="approve", moment=moment, desk=desk)
