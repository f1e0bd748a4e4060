"""A fresh record for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.ledger import Ledger


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    opened = Ledger.open(address)
    yield opened
    opened.close()
