"""A control that somebody may not use is drawn off, with the reason. The record asks again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pages.parts import session
from pages.parts.wording import escaped


def allowed(widget: Callable[..., Any], act: str, **payload: object) -> Callable[..., Any]:
    """The widget as it is for whoever may do `act`; for all others disabled, saying why.

    `act` and `payload` are those of the table of rights.
    """
    why = session.here().why_not(act, payload)
    if not why:
        return widget

    def off(*args: Any, **kwargs: Any) -> Any:
        return widget(*args, **{**kwargs, "disabled": True, "help": escaped(why)})

    return off
