"""The demo's record: its reviewers at work, day by day, through the real engine.

Every decision is made on the draft that the product prepares on that day, with the record
so far, and passes the same checks as anybody's.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from pipeline.acting import Made, Moment, blocking, decide_case, draft_case
from pipeline.attention import Planted, answer, is_drawn, plant
from pipeline.deciding import TimingKind, record_timing, undo
from pipeline.desk import Desk
from pipeline.model import MESSAGE_LANES, Case, Entry
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day

from .agenda import Agenda, contest, standing_acts
from .agreeing import agree
from .casting import CAST
from .days import GO_LIVE, LAST_DAY, business_days, office_time
from .mending import mend
from .reviewing import Judgement, account_owner, judge, reviewer, rewritten
from .rows import Books

_LOOKED_AT = 0.95
"""Chance (0-1) that a case is decided on the day, rather than on a later one."""
LEFT_FROM = LAST_DAY - timedelta(days=1)
"""From this day on nobody has looked yet: the queue of the last week is the reader's."""
_REJECTED_RESTS = timedelta(days=7)
_REVIEW_MINUTES, _REROUTE_MINUTES = 5.0, 10.0
_CHECKS_CAUGHT = 0.85
"""Chance (0-1) that a planted defect is seen."""
UNDONE_FROM = date(2026, 2, 12)
"""From this day on, the first approval is taken back and sent with other words."""


def keep_record(folder: Path, books: Books, seed: int) -> None:
    """Write `ledger.sqlite` into the pilot's folder, whose exports are written already."""
    pilot = Pilot.open(folder)
    office = _Office(pilot, books, seed)
    standing_acts(office.agenda, books, seed)
    for day in sorted({*agree(office.agenda), *mend(office.agenda)}):
        with pilot.day(day) as seen:
            office.agenda.carry_out(pilot, seen)
    for day in business_days(GO_LIVE, LAST_DAY):
        with pilot.day(day) as seen:
            office.work(seen)
    pilot.books().close()
    pilot.ledger().close(compact=True)


class _Office:
    """The reviewers, their agenda, and the one undo."""

    def __init__(self, pilot: Pilot, books: Books, seed: int) -> None:
        self.agenda = Agenda()
        self._pilot = pilot
        self._seed = seed
        self._contested = {dispute.invoice_id for dispute in books.disputes}
        self._has_undone = False

    def work(self, day: Day) -> None:
        """One day: look through the queue, then act in order of time."""
        desk = self._pilot.desk(day)
        seen: set[str] = set()
        for case in desk.cases if day.as_of < LEFT_FROM else ():
            rng = Random(f"{self._seed}/review/{day.as_of}/{case.case_id}")
            # One message per account and day; its other cases come up tomorrow.
            if case.customer_id not in seen and _is_looked_at(desk, case, day.as_of, rng):
                seen.add(case.customer_id)
                self._take_up(day, desk, case, rng)
        self.agenda.carry_out(self._pilot, day)

    def _take_up(self, day: Day, desk: Desk, case: Case, rng: Random) -> None:
        made = draft_case(self._pilot, day, case.case_id, desk)
        said = judge(rng, made, day.as_of)
        if said is None:
            return
        review = _Review(desk, made, said, rng)
        moment = office_time(rng, day.as_of) + timedelta(minutes=20, seconds=rng.randrange(60))
        self._check_attention(day, made, moment)
        self.agenda.plan(moment, reviewer(made), partial(self._conclude, review))

    def _check_attention(self, day: Day, made: Made, moment: datetime) -> None:
        """Shows the draft with a planted defect first, where it is drawn for that."""
        share, name = self._pilot.settings.review.seeded_share, self._pilot.name
        if blocking(made) or not is_drawn(name, made.case.case_id, day.as_of, share):
            return
        planted = plant(made.draft, made.dossier)
        if planted is not None:
            # A generator of its own: a check changes nothing of what is decided afterwards.
            rng = Random(f"{self._seed}/check/{day.as_of}/{made.case.case_id}")
            before = moment - timedelta(minutes=4)
            self.agenda.plan(before, reviewer(made), partial(_answer, planted, rng))

    def _conclude(self, review: _Review, pilot: Pilot, day: Day, moment: Moment) -> None:
        """Decide, stop the clock, and see to what follows from it."""
        entry = review.decide(pilot, day, moment)
        match review.said.verdict:
            case "approve" if day.as_of >= UNDONE_FROM and not self._has_undone:
                self._has_undone = True
                self._take_back(review, entry, moment)
            case "reroute" if review.said.reason == "DISPUTE_MISSED":
                self._contest(review, moment)

    def _take_back(self, review: _Review, entry: Entry, moment: Moment) -> None:
        later = (moment.now + timedelta(minutes=n) for n in (3, 8))
        again = Judgement("edit", "TONE", body=rewritten(review.rng, review.made.draft.body))
        self.agenda.plan(next(later), moment.by, partial(_undo, entry.event_id))
        self.agenda.plan(next(later), moment.by, replace(review, said=again).decide)

    def _contest(self, review: _Review, moment: Moment) -> None:
        invoice_id = review.made.case.invoice_ids[0]
        if invoice_id not in self._contested:
            self._contested.add(invoice_id)
            noticed = replace(moment, now=moment.now + timedelta(minutes=2))
            contest(self.agenda, review.rng, invoice_id, account_owner(review.made), noticed)


@dataclass(frozen=True, slots=True)
class _Review:
    """One look at one draft."""

    desk: Desk
    made: Made
    said: Judgement
    rng: Random

    def decide(self, pilot: Pilot, day: Day, moment: Moment) -> Entry:
        """Record the verdict and the minutes that it took."""
        minutes = round(_REVIEW_MINUTES * self.rng.lognormvariate(0, 0.45), 1)
        said = self.said
        entry = decide_case(
            pilot,
            day,
            self.made.case.case_id,
            verdict=said.verdict,
            moment=moment,
            reason=said.reason,
            note=said.note,
            body=said.body,
            lane=said.lane,
            until=said.until,
            review_seconds=round(60 * minutes),
            desk=self.desk,
        )
        self._time(pilot, day, moment, "review", minutes)
        if said.verdict == "reroute":
            spent = round(_REROUTE_MINUTES * self.rng.lognormvariate(0, 0.45), 1)
            after = replace(moment, now=moment.now + timedelta(minutes=spent))
            self._time(pilot, day, after, "reroute", spent)
        return entry

    def _time(
        self, pilot: Pilot, day: Day, moment: Moment, kind: TimingKind, minutes: float
    ) -> None:
        with closing(pilot.ledger()) as ledger:
            record_timing(
                ledger,
                self.made.case.case_id,
                kind,
                by=moment.by,
                started_at=moment.now - timedelta(minutes=minutes),
                active_minutes=minutes,
                now=moment.now,
                on_day=day.as_of,
            )


def _answer(planted: Planted, rng: Random, pilot: Pilot, day: Day, moment: Moment) -> None:
    seconds = round(60 * _REVIEW_MINUTES * rng.lognormvariate(0, 0.45))
    with closing(pilot.ledger()) as ledger:
        answer(
            ledger,
            planted,
            "reject" if rng.random() < _CHECKS_CAUGHT else "approve",
            planted.draft,
            review_seconds=seconds,
            now=moment.now,
            on_day=day.as_of,
        )
        record_timing(
            ledger,
            planted.draft.case_id,
            "supervision",
            by=moment.by,
            started_at=moment.now - timedelta(seconds=seconds),
            active_minutes=round(seconds / 60, 1),
            now=moment.now,
            on_day=day.as_of,
        )


def _undo(event_id: str, pilot: Pilot, day: Day, moment: Moment) -> None:
    with closing(pilot.ledger()) as ledger:
        undo(ledger, event_id, by=moment.by, now=moment.now, on_day=day.as_of)


def _is_looked_at(desk: Desk, case: Case, on: date, rng: Random) -> bool:
    """Whether a follow-up of the pilot's segment is decided today; the stories' are left alone."""
    row = desk.rows[case.invoice_ids[0]]
    ours = row["arm"] == "SEGMENT" and case.customer_id not in CAST
    rests = row["last_verdict"] == "reject" and on - row["last_decided_on"] < _REJECTED_RESTS
    return case.lane in MESSAGE_LANES and ours and not rests and rng.random() < _LOOKED_AT
