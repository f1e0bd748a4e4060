"""Many more courses than at every change, and many more outputs of the obedient attacker."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from kit.obedient_attacker import attack
from tests.drafting.test_obedient_attacker import CASES, attacked, hostile
from tests.soak.bounds import Clock, seed, share, tell
from tests.test_any_course import AnyCourse

pytestmark = pytest.mark.soak

MINUTES, ROUNDS, COURSES, STEPS = 4.0, 40, 5, 30
OUTPUTS = 20_000


def test_whatever_happens_in_whatever_order_every_guarantee_holds() -> None:
    first, clock, played = seed(), Clock(MINUTES), 0
    bounds = settings(
        max_examples=COURSES,
        stateful_step_count=STEPS,
        deadline=None,
        database=InMemoryExampleDatabase(),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    for number in range(ROUNDS):
        if clock.is_up:
            break
        # A class of its own, for the seed is written on the class.
        course = hypothesis.seed(first + number)(type("Course", (AnyCourse,), {}))
        try:
            run_state_machine_as_test(course, settings=bounds)
        except BaseException:
            tell("any course BROKE", clock, seed=first + number)
            raise
        played += 1
    tell(
        "any course",
        clock,
        seed=first,
        rounds=played,
        courses=played * COURSES,
        steps_at_most=played * COURSES * STEPS,
        violations=0,
    )


def test_twenty_thousand_outputs_of_the_obedient_attacker_violate_nothing(shared: Path) -> None:
    chosen, clock = seed(), Clock(10)
    cases = [attacked(case) for case in CASES]
    result = attack(cases, outputs_wanted=share(OUTPUTS), seed=chosen, texts=hostile(shared))
    tell(
        "obedient attacker",
        clock,
        seed=chosen,
        outputs=result.tried,
        became_a_message=result.passed,
        violations=len(result.violations),
    )
    assert result.violations == []
