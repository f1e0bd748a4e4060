"""Which value counts: what was measured, else what a person gives, else a stated assumption."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pipeline.model import CountbackError, WrongCall
from pipeline.roi.files import Given
from pipeline.roi.inputs import DOLLARS, SORTS, Input, Scenario, plain, prefilled

NONE: Mapping[str, Input] = {}


def chosen(
    given: Given, currency: str, measured: Mapping[str, Input] = NONE, dollar: Decimal | None = None
) -> Scenario:
    """A whole scenario in `currency`; `dollar` is what one US dollar is worth in it.

    A measured value stands against a given one unless the file insists (`replaces_measured`).
    Raises WrongCall when the file speaks of another currency, CountbackError when an assumption
    is known in US dollars alone and cannot be turned into `currency`.
    """
    if given.currency and given.currency != currency:
        raise WrongCall(
            f"The inputs are in {given.currency} and the pilot reports in {currency}: two "
            f"currencies are never added, so write the inputs in {currency}."
        )
    counted = {name: _insisted(name, given, measured) for name in SORTS}
    missing = [name for name, found in counted.items() if found is None]
    rate = Decimal(1) if currency == "USD" else dollar
    stuck = [name for name in missing if name in DOLLARS]
    if stuck and rate is None:
        raise CountbackError(
            f"{', '.join(stuck)} can only be assumed in US dollars and this pilot reports in "
            f"{currency}: give them in the inputs, or add `USD = …` under [rates] in pilot.toml."
        )
    return {
        name: found if found is not None else prefilled(name, rate or Decimal(1))
        for name, found in counted.items()
    }


def _insisted(name: str, given: Given, measured: Mapping[str, Input]) -> Input | None:
    """The measured or given value of an input; None when neither is known."""
    own, counted = given.inputs.get(name), measured.get(name)
    if counted is None or (counted.tag == "assumed" and own is not None):
        return own
    if own is None or name not in given.replacing:
        return counted
    return own.model_copy(update={"replaces": f"{counted.tag} {plain(counted.base)}"})


def overruled(given: Given, scenario: Scenario) -> list[str]:
    """Sentences on given values that a measurement stood against."""
    return [
        f"{name}: the file says {plain(own.base)}, and the pilot measured "
        f"{plain(scenario[name].base)}, which counts; add replaces_measured = true to insist."
        for name, own in given.inputs.items()
        if scenario[name].tag == "measured"
    ]
