"""Deals of a CRM: whose they are, which are open, and what an open one asks of a reminder."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.acting import Moment
from pipeline.drafting.doubts import doubts
from pipeline.drafting.handing import deal_in_words
from pipeline.health import filing, mending
from pipeline.model import Dossier, OpenDeal
from pipeline.pilot import Pilot
from tests.dossiers import TODAY, dossier
from tests.drawn import Draw, open_row, seen

BOOKS = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    A          | c1          | 2026-01-05 | 2026-02-04 | 100.00
    B          | c2          | 2026-01-05 | 2026-02-04 | 200.00

    customers.csv
    customer_id | name
    c1          | Acme Ltd
    c2          | Beta; Sons
    c3          | Twin
    c4          | Twin
"""
ON = date(2026, 3, 1)


def with_deals(drawn: Draw, rows: str) -> Pilot:
    return drawn(f"{BOOKS}\n    deals.csv\n{rows.strip(chr(10))}")


def case_of(pilot: Pilot, customer_id: str, on: date = ON) -> Dossier:
    with pilot.day(on) as day:
        desk = pilot.desk(day)
        [case] = [one for one in desk.cases if one.customer_id == customer_id]
        return pilot.dossier(day, desk, case.case_id)


def asked(case: Dossier) -> list[tuple[bool, str]]:
    return [(one.blocking, one.sentence) for one in doubts(case) if one.code == "open_deal"]


def whose(pilot: Pilot) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for row in seen(pilot, ON).table("open_deals"):
        found.setdefault(row["deal_id"], set()).add(row["customer_id"])
    return found


def test_a_deal_finds_its_customers_by_id_or_name_and_a_shared_name_finds_nobody(
    drawn: Draw,
) -> None:
    pilot = with_deals(
        drawn,
        """
    deal_id | customer_id      | name | stage
    d1      | C1               | x    | Proposal
    d2      | acme ltd         | x    | Proposal
    d3      | c1;c2            | x    | Proposal
    d4      | Beta; Sons       | x    | Proposal
    d5      | Twin             | x    | Proposal
    d6      |                  | x    | Proposal
    """,
    )
    assert whose(pilot) == {
        "d1": {"c1"},
        "d2": {"c1"},
        "d3": {"c1", "c2"},
        "d4": {"c2"},
        "d5": {None},
        "d6": {None},
    }
    lost = seen(pilot, ON).table("unmatched_deals")
    assert [row["deal_id"] for row in lost] == ["d5", "d6"]


def test_a_deal_won_or_lost_counts_for_nothing(drawn: Draw) -> None:
    # The export says more than a name does; a name that says nothing closes nothing.
    pilot = with_deals(
        drawn,
        """
    deal_id | customer_id | name | stage                 | is_closed | is_won
    won     | c1          | x    | Closed Won            |           |
    lost    | c1          | x    | closedlost            |           |
    closed  | c1          | x    | Proposal              | yes       |
    is_won  | c1          | x    | Proposal              |           | yes
    says_no | c1          | x    | Closed Won            | no        |
    rival   | c1          | x    | Won back from a rival |           |
    not_won | c1          | x    | Proposal              |           | no
    """,
    )
    assert whose(pilot).keys() == {"says_no", "rival", "not_won"}
    assert open_row(seen(pilot, ON), "A")["open_deals"] == 3
    assert open_row(seen(pilot, ON), "B")["open_deals"] == 0


def test_deals_of_two_currencies_are_counted_and_never_added(drawn: Draw) -> None:
    pilot = with_deals(
        drawn,
        """
    deal_id | customer_id | name    | stage    | amount | currency | closes_on
    d1      | c1          | Renewal | Proposal | 500.00 | EUR      | 2026-03-21
    d2      | c1          | Upsell  | Proposal | 700.00 |          | 2026-06-30
    d3      | c1          | Seats   | Proposal |        |          |
    """,
    )
    [file] = [one for one in pilot.load().files if one.kind == "deals"]
    assert {code: str(amount) for code, amount in file.totals.items()} == {
        "EUR": "500.000",
        "USD": "700.000",
    }
    row = open_row(seen(pilot, ON), "A")
    assert (row["open_deals"], row["next_deal_closes_on"], row["days_to_next_deal"]) == (
        3,
        date(2026, 3, 21),
        20,
    )
    case = case_of(pilot, "c1")
    assert [deal_in_words(deal, ON) for deal in case.deals] == [
        "Open deal: Renewal, stage Proposal, €500.00, closes 21 March 2026",
        "Open deal: Upsell, stage Proposal, $700.00, closes 30 June 2026",
        "Open deal: Seats, stage Proposal, no closing day on record",
    ]
    source = case.deals[0].source
    assert source is not None
    assert (source.file, source.row, source.column) == ("deals.csv", 2, "name")


def test_one_deal_told_in_two_currencies_is_refused_the_second_time(drawn: Draw) -> None:
    pilot = with_deals(
        drawn,
        """
    deal_id | customer_id | name    | stage    | amount | currency
    d1      | c1          | Renewal | Proposal | 500.00 | EUR
    d1      | c1          | Renewal | Proposal | 500.00 | USD
    """,
    )
    [file] = [one for one in pilot.load().files if one.kind == "deals"]
    assert (file.accepted, file.refused) == (1, 1)
    assert "already given with other values" in file.reasons[0].reason


@pytest.mark.parametrize(
    ("closing", "sentence"),
    [
        ([0], "An open deal closes today"),
        ([1], "An open deal closes in 1 day"),
        ([60, 30, -5, None], "An open deal closes in 30 days"),
        ([31], ""),
        ([60, -10, -40, None], "An open deal was to close 10 days ago"),
        ([60, None], "An open deal has no closing day"),
        ([], ""),
    ],
)
def test_a_deal_about_to_close_or_whose_day_nobody_knows_is_a_doubt_that_blocks_nothing(
    closing: list[int | None], sentence: str
) -> None:
    deals = tuple(
        OpenDeal(
            deal_id=str(n),
            name="x",
            stage="y",
            amount=None,
            currency="USD",
            closes_on=None if days is None else TODAY + timedelta(days=days),
        )
        for n, days in enumerate(closing)
    )
    said = [(False, f"{sentence}: does its owner agree to a reminder?")] if sentence else []
    assert asked(dossier(deals=deals)) == said


def test_a_deal_moves_no_invoice_to_another_lane(drawn: Draw) -> None:
    def lanes(pilot: Pilot) -> dict[str, tuple[str, str]]:
        with pilot.day(ON) as day:
            return {one.invoice_id: (one.lane, one.rule) for one in pilot.desk(day).routes}

    before = lanes(drawn(BOOKS))
    deal = "deal_id | customer_id | name | stage | closes_on\nd1 | c1 | x | y | 2026-03-02"
    assert lanes(with_deals(drawn, deal)) == before


def test_a_pilots_own_rule_may_ask_for_deals(drawn: Draw) -> None:
    rows = "deal_id | customer_id | name | stage | closes_on\nd1 | c1 | x | y | 2026-03-11"
    rule = """
    [[rule]]
    name = "deal about to close"
    lane = "relationship"
    when = "days_to_next_deal between 0 and 14"
    because = "{open_deals} open deals, the next closes on {next_deal_closes_on}."
    """
    pilot = drawn(f"{BOOKS}\n    deals.csv\n{rows}", rule)
    with pilot.day(ON) as day:
        [found] = [one for one in pilot.desk(day).routes if one.invoice_id == "A"]
    assert (found.lane, found.because) == (
        "relationship",
        "1 open deals, the next closes on 2026-03-11.",
    )


def test_a_deal_that_did_not_exist_yet_is_not_known(drawn: Draw) -> None:
    pilot = with_deals(
        drawn,
        """
    deal_id | customer_id | name | stage    | opened_on  | closes_on
    d1      | c1          | x    | Proposal | 2026-03-02 | 2026-03-10
    """,
    )
    assert open_row(seen(pilot, ON), "A")["open_deals"] == 0
    assert open_row(seen(pilot, "2026-03-02"), "A")["open_deals"] == 1


def test_a_deal_of_nobodys_is_listed_filed_by_a_person_and_taken_back(drawn: Draw) -> None:
    pilot = with_deals(
        drawn,
        """
    deal_id | name         | stage    | closes_on
    d1      | Acme renewal | Proposal | 2026-03-10
    """,
    )
    ana = Moment(by="Ana", now=datetime(2026, 3, 1, 12, tzinfo=UTC))
    with pilot.day(ON) as day:
        [lost] = filing.matching(day)["deals"]["unmatched"]
        entry = filing.file_under(pilot, day, "deals", "d1", moment=ana, customer_id="c1")
    assert lost["deal_id"] == "d1"
    assert len(asked(case_of(pilot, "c1"))) == 1
    with pilot.day(ON) as day:
        mending.undo(pilot, day, [entry.event_id], moment=ana)
    assert asked(case_of(pilot, "c1")) == []


def test_a_strangers_words_in_a_deal_stay_on_one_bounded_line(drawn: Draw) -> None:
    name = "**Pay** " + "zebra " * 60
    pilot = with_deals(
        drawn,
        f"""
    deal_id | customer_id | name   | stage | closes_on
    d1      | c1          | {name} | y     | 2026-03-10
    """,
    )
    case = case_of(pilot, "c1")
    said = deal_in_words(case.deals[0], ON)
    assert len(said) < 200
    assert "zebra" not in " ".join(one.sentence for one in doubts(case))


def test_opportunities_of_salesforce_are_deals_and_deleted_or_older_rows_are_not(
    drawn: Draw,
) -> None:
    pilot = drawn(f"""{BOOKS}
    opportunities.csv
    id | account_id | name    | amount | currency_iso_code | close_date          | stage_name  | is_closed | is_won | is_deleted | _fivetran_active | type
    o1 | c1         | Renewal | 500.00 | EUR               | 2026-03-21 00:00:00 | Negotiation | false     | false  | false      | true             | Renewal
    o2 | c1         | Won     | 600.00 | EUR               | 2026-03-22 00:00:00 | Signed      | true      | true   | false      | true             |
    o3 | c1         | Gone    | 700.00 | EUR               | 2026-03-23 00:00:00 | Negotiation | false     | false  | true       | true             |
    o4 | c1         | Older   | 800.00 | EUR               | 2026-03-24 00:00:00 | Negotiation | false     | false  | false      | false            |
    """)  # noqa: E501
    [file] = [one for one in pilot.load().files if one.kind == "deals"]
    assert (file.format, file.accepted, file.skipped) == ("salesforce_api_opportunities", 2, 2)
    [row] = seen(pilot, ON).table("open_deals")
    assert (row["deal_id"], row["days_to_close"], row["kind"]) == ("o1", 20, "Renewal")


@pytest.mark.parametrize(
    "header",
    [
        "Record ID | Deal Name | Deal Stage | Amount | Close Date       | Associated Company IDs",
        "Record ID | Deal name | Deal stage | Amount | Close date       | Associated Company",
        (
            "deal_id   | property_dealname | deal_pipeline_stage_id | property_amount | "
            "property_closedate | property_hs_primary_associated_company"
        ),
    ],
)
def test_deals_of_hubspot_are_read_however_their_header_is_written(
    drawn: Draw, header: str
) -> None:
    pilot = drawn(f"""{BOOKS}
    deals.csv
    {header}
    7      | Renewal   | contractsent | 500.00 | 2026-03-21 14:30 | c1
    8      |           |              |        |                  |
    """)
    rows = {row["deal_id"]: row for row in seen(pilot, ON).table("open_deals")}
    assert (rows["7"]["customer_id"], rows["7"]["closes_on"]) == ("c1", date(2026, 3, 21))
    assert (rows["8"]["name"], rows["8"]["stage"], rows["8"]["customer_id"]) == (
        *("8", "not said", None),
    )
