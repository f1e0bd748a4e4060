"""Two customers before a renewal and one without, drawn small enough to sort by hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.deciding import decide
from pipeline.model import Decision, fingerprint
from pipeline.pilot import Pilot
from pipeline.replaying import Proposal, as_it_stands
from tests.drawn import draw

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
ON = date(2026, 3, 20)

#: On 20 March c1 renews in 51 days and c2 in 20; c3 never does.
BOOKS = """
    customers.csv
    customer_id | name  | renews_on
    c1          | One   | 2026-05-10
    c2          | Two   | 2026-04-09
    c3          | Three |

    contacts.csv
    contact_id | customer_id | name | email        | verified_on
    K1         | c1          | Ann  | a@c1.example | 2026-03-01
    K2         | c2          | Bob  | b@c2.example | 2026-03-01
    K3         | c3          | Cem  | c@c3.example | 2026-03-01

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    far        | c1          | 2026-01-10 | 2026-02-09 | 100.00 | USD
    euro       | c1          | 2026-01-10 | 2026-02-09 | 70.00  | EUR
    near       | c2          | 2026-01-10 | 2026-02-09 | 200.00 | USD
    plain      | c3          | 2026-01-10 | 2026-02-09 | 50.00  | USD
"""
SETTINGS = """\
# Ours, and to stay.
[pilot]
started_on = 2026-01-01

[rates]
EUR = 1.10

# The account comes first.
[[rule]]
name = "mid-renewal"
lane = "relationship"
when = "days_to_renewal is not null and days_to_renewal between 0 and 60"
because = "Renews in {days_to_renewal} days."

[[rule]]
name = "large"
lane = "relationship"
when = "open_amount >= 1000"
because = "Large."

# What leaves, and how.
[outbox]
gap_days = 9
"""


@pytest.fixture
def pilot(tmp_path: Path) -> Pilot:
    return draw(tmp_path / "pilot", BOOKS, SETTINGS)


@pytest.fixture
def decided(pilot: Pilot) -> Pilot:
    return with_decisions(pilot)


def with_decisions(pilot: Pilot) -> Pilot:
    """Before c1's renewal one draft was held and one approved; before c2's one was approved."""
    said: Sequence[tuple[str, str, str, str | None]] = (
        ("2026-03-16", "c1/relationship/USD", "far", "RELATIONSHIP"),
        ("2026-03-17", "c2/relationship/USD", "near", None),
        ("2026-03-18", "c1/relationship/EUR", "euro", None),
    )
    with closing(pilot.ledger()) as ledger:
        for on, case, invoice, reason in said:
            decision = Decision(
                case_id=case,
                customer_id=case[:2],
                lane="relationship",
                rule="mid-renewal",
                verdict="hold" if reason else "approve",
                reason=reason,
                draft_body="Please pay.",
                final_body="Please pay.",
                to="a@c1.example",
                subject="Invoice",
                draft_subject="Invoice",
                approved_hash=fingerprint("a@c1.example", "Invoice", "Please pay."),
                invoice_ids=(invoice,),
                hold_until=date(2026, 4, 1) if reason else None,
            )
            decide(ledger, decision, by="Ana", now=NOW, on_day=date.fromisoformat(on))
    return pilot


def changed(pilot: Pilot, rule: str, **keys: object) -> Proposal:
    """The pilot's policy with one rule's keys otherwise."""
    now = as_it_stands(pilot)
    rules = tuple({**r, **keys} if r["name"] == rule else r for r in now.rules)
    return Proposal(rules, now.hands_off, "changed.toml")


def shorter(pilot: Pilot) -> Proposal:
    """Thirty days before a renewal instead of sixty."""
    when = "days_to_renewal is not null and days_to_renewal between 0 and 30"
    return changed(pilot, "mid-renewal", when=when)
