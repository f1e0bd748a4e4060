"""How often a property is tried whose every example costs a second or two: a book of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_QUARTER = settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def a_book_each(test: Callable[..., Any]) -> Callable[..., Any]:
    """A quarter of the profile's examples: ten on CI, six on a desk, a hundred by `make soak`."""
    return pytest.mark.dear(_QUARTER(test))
