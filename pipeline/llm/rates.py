"""Which model is asked, where, and what its tokens cost: the [drafting] part of pilot.toml."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import NamedTuple

from pipeline.model import CountbackError
from pipeline.settings import DraftingSection

MILLION = Decimal(1_000_000)
#: Characters that make a token at least, for a bound from above.
_CHARACTERS = 2


class Rates(NamedTuple):
    """US dollars for a million tokens."""

    into: Decimal
    out: Decimal

    def usd(self, tokens_in: int, tokens_out: int) -> Decimal:
        """What so many tokens cost, in US dollars."""
        return (self.into * tokens_in + self.out * tokens_out) / MILLION


def stated_rates(settings: DraftingSection) -> Rates | None:
    """The rates that pilot.toml states; None when it leaves them to LiteLLM's list."""
    into, out = settings.usd_per_million_in, settings.usd_per_million_out
    return None if into is None or out is None else Rates(into, out)


def unknown_rates(model: str) -> CountbackError:
    """Nothing is asked at a price that nobody knows."""
    return CountbackError(
        f"Nobody knows what {model} costs: state usd_per_million_in and usd_per_million_out "
        "under [drafting] in pilot.toml (0 for a model of your own)."
    )


def at_most_tokens(text: str) -> int:
    """A bound from above for the tokens of a text."""
    return len(text.encode()) // _CHARACTERS + 50


def key_of(settings: DraftingSection) -> str | None:
    """The key from the environment; None leaves it to the provider's own variable."""
    key = os.environ.get(settings.key_variable, "")
    # A server of one's own wants no key, but its client insists on one.
    return key or ("none" if settings.api_base else None)
