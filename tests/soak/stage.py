"""Actors that take turns: each runs until its next step, then somebody else may be chosen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random

Actor = Callable[[Callable[[int], None]], None]


class Died(BaseException):
    """The run ends here, as if the power had gone."""


class Stage:
    """Plays actors against each other, in an order that a seed decides."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._turns: dict[int, threading.Semaphore] = {}
        self._back = threading.Semaphore(0)
        self._living: set[int] = set()
        self.order: list[int] = []
        self.faults: list[BaseException] = []

    def play(self, actors: list[Actor]) -> None:
        """Until every actor is through or has died."""
        for number, actor in enumerate(actors):
            self._turns[number] = threading.Semaphore(0)
            self._living.add(number)
            threading.Thread(target=self._run, args=(number, actor), daemon=True).start()
        while self._living:
            chosen = self._rng.choice(sorted(self._living))
            self.order.append(chosen)
            self._turns[chosen].release()
            self._back.acquire()

    def _run(self, number: int, actor: Actor) -> None:
        def step(_: int) -> None:
            self._back.release()
            self._turns[number].acquire()

        self._turns[number].acquire()
        try:
            actor(step)
        except Died:
            pass
        except BaseException as fault:  # noqa: BLE001 - told to the test, which raises it
            self.faults.append(fault)
        self._living.discard(number)
        self._back.release()
