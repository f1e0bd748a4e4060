"""A question in, an answer of the right form out: kept, or paid for within the budget."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from pipeline.llm.answers import Kept
from pipeline.llm.calling import Declined, Passing, Reply, call, listed_rates
from pipeline.llm.rates import Rates, at_most_tokens, stated_rates, unknown_rates
from pipeline.llm.spending import Budget, Log, Reservation
from pipeline.model import fingerprint
from pipeline.settings import DraftingSection

Form = TypeVar("Form", bound=BaseModel)
Caller = Callable[[DraftingSection, str, list[dict[str, str]], float], Reply]

#: Seconds before the second, third … try after a passing failure.
PAUSES = (0.5, 2.0, 5.0)


class Question(NamedTuple):
    """What is asked: the prompt's own words, and what is given beside them."""

    prompt: str
    """Name and fingerprint of the prompt file."""
    system: str
    given: str
    attempt: int = 0
    """Above 0 the question is asked anew, although its answer is kept."""

    def name(self, model: str) -> str:
        """Under which its answer is kept: SHA-256 of everything that the model is told."""
        return fingerprint(model, self.prompt, self.system, self.given, str(self.attempt))


@dataclass(frozen=True)
class Asked(Generic[Form]):
    """An answer, and what it took."""

    answer: Form
    name: str
    is_kept: bool
    """Whether it was kept from an earlier time, and cost nothing."""
    tokens: int = 0
    usd: Decimal = Decimal(0)


def new_run() -> str:
    """A name for a run that nobody else has."""
    return uuid4().hex


@dataclass
class Asker:
    """Asks one pilot's model; one of these is one run, for the budget."""

    folder: Path
    settings: DraftingSection
    run: str = field(default_factory=new_run)
    calls: Caller = call
    pause: Callable[[float], None] = time.sleep

    @property
    def model(self) -> str:
        """LiteLLM's name of the model; empty for none."""
        return self.settings.model

    @property
    def answers(self) -> Kept:
        """Where answers are kept."""
        return Kept(self.folder / "models" / "answers")

    def ask(self, question: Question, form: type[Form], now: datetime) -> Asked[Form]:
        """The answer, kept or new; raises Declined, or OverBudget, in one sentence.

        An answer that is not of the form is sent back once, and then refused.
        """
        name = question.name(self.model)
        kept = self.answers.get(name)
        if kept is not None:
            try:
                return Asked(form.model_validate(kept["answer"]), name, is_kept=True)
            except (ValidationError, KeyError):
                pass  # damaged: asked anew below
        messages = [
            {"role": "system", "content": question.system},
            {"role": "user", "content": question.given},
        ]
        made = self._ask_twice(messages, form, question, now)
        self.answers.put(name, {"answer": made.answer.model_dump(), "model": self.model})
        return Asked(made.answer, name, is_kept=False, tokens=made.tokens, usd=made.usd)

    def _ask_twice(
        self, messages: list[dict[str, str]], form: type[Form], question: Question, now: datetime
    ) -> Asked[Form]:
        tokens, usd = 0, Decimal(0)
        for again in (False, True):
            reply, took = self._paid(messages, question, now)
            tokens, usd = tokens + took[0], usd + took[1]
            try:
                answer = form.model_validate_json(_object(reply.text))
            except ValidationError as error:
                if again:
                    raise Declined(
                        f"{self.model} answered twice in another form than was asked for."
                    ) from error
                messages = [*messages, *_sent_back(reply.text, error)]
                continue
            return Asked(answer, "", is_kept=False, tokens=tokens, usd=usd)
        raise AssertionError  # the loop ends by returning or raising

    def _paid(
        self, messages: list[dict[str, str]], question: Question, now: datetime
    ) -> tuple[Reply, tuple[int, Decimal]]:
        """One question, tried again while that may help, each try within the budget."""
        rates = self._rates()
        text = "\n".join(one["content"] for one in messages)
        most = at_most_tokens(text), self.settings.max_tokens
        log, budget = Log(self.folder), Budget.of(self.settings)
        for pause in (*PAUSES[: self.settings.retries], None):
            held = log.reserve(
                budget,
                run=self.run,
                now=now,
                model=self.model,
                tokens=sum(most),
                usd=rates.usd(*most),
            )
            try:
                reply = self.calls(
                    self.settings, self.model, messages, self.settings.timeout_seconds
                )
            except Passing as error:
                # Nobody charges for a call that was turned away.
                self._settle(log, held, question, "passing", 0, 0, Decimal(0))
                if pause is None:
                    raise Declined(f"{error} It was tried {self.settings.retries + 1}×.") from error
                self.pause(pause)
            except Declined:
                self._settle(log, held, question, "declined", *most, held.usd)
                raise
            else:
                return reply, self._took(log, held, question, reply, rates)
        raise AssertionError  # the last try raises or returns

    def _took(
        self, log: Log, held: Reservation, question: Question, reply: Reply, rates: Rates
    ) -> tuple[int, Decimal]:
        """What a call took by the server's count, but no less than its text alone shows."""
        into = reply.tokens_in or held.tokens - self.settings.max_tokens
        out = max(reply.tokens_out, len(reply.text) // 8)
        usd = rates.usd(into, out)
        self._settle(log, held, question, "answered", into, out, usd)
        return into + out, usd

    def _settle(
        self,
        log: Log,
        held: Reservation,
        question: Question,
        outcome: str,
        into: int,
        out: int,
        usd: Decimal,
    ) -> None:
        took: dict[str, Any] = {"tokens": into + out, "tokens_in": into, "tokens_out": out}
        log.settle(held, outcome, {**took, "usd": str(usd), "prompt": question.prompt})

    def _rates(self) -> Rates:
        rates = stated_rates(self.settings) or listed_rates(self.model)
        if rates is None:
            raise unknown_rates(self.model)
        return rates


def _object(text: str) -> str:
    """The JSON object in an answer, without the fence that models like to put around it."""
    fenced = re.fullmatch(r"\s*```(?:json)?\s*(.*?)\s*```\s*", text, re.DOTALL)
    return fenced[1] if fenced else text


def _sent_back(text: str, error: ValidationError) -> list[dict[str, str]]:
    fault = error.errors(include_url=False, include_input=False)[0]["msg"]
    return [
        {"role": "assistant", "content": text[:4000]},
        {"role": "user", "content": f"That is not the JSON object asked for ({fault}). Again."},
    ]
