"""One call of LiteLLM, with its limits, and what went wrong in one sentence.

LiteLLM is imported here, on the first call: that takes seconds, and nobody without a model
should wait for it. Its list of prices is the one that it ships; it reports nothing to anyone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.llm.rates import Rates, key_of
from pipeline.model import CountbackError
from pipeline.settings import DraftingSection

if TYPE_CHECKING:
    from pipeline.llm.limits import Limits


class Declined(CountbackError):
    """The model gave nothing that could be used; the sentence says why."""


class Passing(Declined):
    """It may be different in a moment: too many calls, or a fault on the server's side."""


@dataclass(frozen=True)
class Reply:
    """What a model said, and what it says that it took."""

    text: str
    tokens_in: int
    tokens_out: int
    """As the server counts, which may be anything: see `asking`."""


@cache
def _litellm() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it asks the network for prices
    import litellm

    from pipeline.llm.limits import limited_client

    litellm.client_session = limited_client()
    litellm.drop_params = True
    litellm.suppress_debug_info = True
    litellm.callbacks = []
    litellm.success_callback = []
    litellm.failure_callback = []
    return litellm


def listed_rates(model: str) -> Rates | None:
    """US dollars for a million tokens by LiteLLM's own list; None for a model that it lacks."""
    litellm = _litellm()
    try:
        into, out = litellm.cost_per_token(
            model=model, prompt_tokens=1_000_000, completion_tokens=1_000_000
        )
    except Exception:  # noqa: BLE001 - it raises bare exceptions for models it does not know
        return None
    return Rates(*(Decimal(str(round(one, 6))) for one in (into, out)))


def call(
    settings: DraftingSection, model: str, messages: Sequence[dict[str, str]], seconds: float
) -> Reply:
    """Asks once; raises Declined, or Passing when another try may help."""
    litellm = _litellm()
    from pipeline.llm.limits import Limits, host_of, limited

    with limited(Limits(seconds=seconds, host=host_of(settings.api_base))) as limits:
        try:
            answer = litellm.completion(
                model=model,
                messages=list(messages),
                api_base=settings.api_base or None,
                api_key=key_of(settings),
                timeout=seconds,
                max_tokens=settings.max_tokens,
                temperature=0,
                response_format={"type": "json_object"},
                max_retries=0,
                num_retries=0,
            )
        except Exception as error:  # providers raise what they like
            raise _declined(error, model, limits) from error
    return _reply(answer, model)


def _reply(answer: Any, model: str) -> Reply:
    try:
        text = answer.choices[0].message.content
        usage = getattr(answer, "usage", None)
        tokens = [int(getattr(usage, k, 0) or 0) for k in ("prompt_tokens", "completion_tokens")]
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise Declined(f"{model} answered in a shape that nobody knows.") from error
    if not isinstance(text, str) or not text.strip():
        raise Declined(f"{model} answered with nothing.")
    return Reply(text, max(0, tokens[0]), max(0, tokens[1]))


def _declined(error: Exception, model: str, limits: Limits) -> Declined:
    """What happened, without the error's own words: they may hold a key or a stranger's text."""
    kind, status = type(error).__name__, getattr(error, "status_code", None)
    if limits.broken:
        return Declined(f"{model} {limits.broken}.")
    if kind == "Timeout":
        return Declined(f"{model} gave no answer within {limits.seconds:g} seconds.")
    if limits.status == 200:
        return Declined(f"{model} answered in a shape that nobody knows.")
    if kind == "AuthenticationError" or status in (401, 403):
        return Declined(f"{model} did not accept the key: set it in the environment.")
    if kind == "RateLimitError" or status == 429:
        return Passing(f"{model} has too many calls at the moment.")
    if kind in ("InternalServerError", "ServiceUnavailableError", "APIConnectionError"):
        return Passing(f"{model} cannot be reached or fails at the moment.")
    if kind in ("NotFoundError", "BadRequestError"):
        return Declined(f"{model} refused the question: check the model's name and api_base.")
    return Declined(f"{model} answered in a shape that nobody knows ({kind}).")
