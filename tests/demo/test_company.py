"""The demo company: repeatable, accounted for to the cent, lifelike, and with its stories in place.

Everything is recomputed here from the CSV files alone, in plain Python; what its people did is
in test_demo_record.py.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import fmean, median

import pytest

from pipeline.demo import (
    GO_LIVE,
    LAST_DAY,
    STORIES,
    TRUE_SHRINK,
    keep_books,
    true_effect,
    write_demo,
)
from pipeline.demo.writing import write_books
from pipeline.exports import KINDS, load_layouts, read
from pipeline.model import WrongCall

Row = dict[str, str]
Tables = dict[str, list[Row]]
RATES = {"USD": Decimal(1), "EUR": Decimal("1.10"), "GBP": Decimal("1.27")}
OPENED_FIRST = 30
"""The demo's books open empty; figures are taken once the first invoices can have been paid."""


def day(text: str) -> date:
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_exports(folder)
    return folder


def write_exports(folder: Path, seed: int = 7) -> None:
    """The demo without its record, which takes much longer."""
    write_books(folder, keep_books(seed))


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return {path.stem: rows_of(path) for path in (folder / "exports").iterdir()}


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def keyed(rows: list[Row], column: str) -> dict[str, Row]:
    return {row[column]: row for row in rows}


def bills(tables: Tables) -> list[Row]:
    return [row for row in tables["invoices"] if row["kind"] == "invoice"]


def balances(tables: Tables, on: date) -> dict[str, Decimal]:
    """What every document stood at; a credit note below nought."""
    owed = {
        row["invoice_id"]: Decimal(row["amount"])
        for row in tables["invoices"]
        if day(row["issued_on"]) <= on
    }
    notes = {row["invoice_id"] for row in tables["invoices"] if row["kind"] == "credit_note"}
    for row in tables["applications"]:
        if day(row["effective_on"]) <= on:
            used_up = row["invoice_id"] in notes
            owed[row["invoice_id"]] += Decimal(row["amount"]) * (1 if used_up else -1)
    return owed


def unapplied(tables: Tables, on: date) -> dict[str, Decimal]:
    """Per payment: left over at the end, plus what was applied only later."""
    later: dict[str, Decimal] = defaultdict(Decimal)
    for row in tables["applications"]:
        if row["payment_id"] and day(row["effective_on"]) > on:
            later[row["payment_id"]] += Decimal(row["amount"])
    return {
        row["payment_id"]: Decimal(row["unapplied_amount"]) + later[row["payment_id"]]
        for row in tables["payments"]
        if day(row["received_on"]) <= on
    }


def days_late(tables: Tables) -> dict[str, int]:
    """Days past due when the balance reached nought, or so far, of bills due a month ago."""
    last: dict[str, date] = {}
    for row in tables["applications"]:
        last[row["invoice_id"]] = max(
            last.get(row["invoice_id"], date.min), day(row["effective_on"])
        )
    owed = balances(tables, LAST_DAY)
    return {
        row["invoice_id"]: max(
            0, ((LAST_DAY if owed[row["invoice_id"]] else last[row["invoice_id"]]) - due).days
        )
        for row in bills(tables)
        if (due := day(row["due_on"])) <= LAST_DAY - timedelta(days=30)
    }


# --- repeatable --------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_exports(tmp_path)
    assert bytes_of(tmp_path) == bytes_of(folder)


def test_another_seed_gives_another_company(folder: Path, tmp_path: Path) -> None:
    write_exports(tmp_path, seed=8)
    ours, theirs = bytes_of(folder), bytes_of(tmp_path)
    assert ours.keys() == theirs.keys()
    assert ours["exports/invoices.csv"] != theirs["exports/invoices.csv"]


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_it_is_small_enough_to_carry(folder: Path) -> None:
    assert sum(map(len, bytes_of(folder).values())) < 2_500_000


def test_lines_end_as_on_unix(folder: Path) -> None:
    assert not [name for name, data in bytes_of(folder).items() if b"\r" in data]


# --- our own layout ----------------------------------------------------------------------------


def test_all_files_have_all_documented_columns(tables: Tables) -> None:
    # The company keeps no list of deals.
    kinds = {name: kind for name, kind in KINDS.items() if name != "deals"}
    assert tables.keys() == kinds.keys()
    assert {name: list(rows[0]) for name, rows in tables.items()} == {
        name: list(kind.columns) for name, kind in kinds.items()
    }


def test_the_products_own_reader_takes_every_row(folder: Path) -> None:
    for path in sorted((folder / "exports").iterdir()):
        reading = read(path, path.name, load_layouts(), {})
        assert reading.refused == (), path.name
        assert reading.question is None, path.name
        assert reading.rows == len(rows_of(path)), path.name


def test_the_settings_say_that_the_pilot_is_synthetic(folder: Path) -> None:
    settings = tomllib.loads((folder / "pilot.toml").read_text(encoding="utf-8"))
    assert settings["pilot"]["synthetic"] is True
    assert settings["pilot"]["started_on"] == date(2026, 1, 1)
    assert settings["windows"]["selection"][1] < settings["windows"]["baseline"][0]
    assert "rule" not in settings
    assert {name: Decimal(str(rate)) for name, rate in settings["rates"].items()} == {
        name: rate for name, rate in RATES.items() if name != "USD"
    }


def test_ids_are_unique_and_references_lead_somewhere(tables: Tables) -> None:
    ids = {kind: rows[0].keys().__iter__().__next__() for kind, rows in tables.items()}
    known = {
        column: {row[column] for row in tables[kind]}
        for kind, column in ids.items()
        if kind != "control_totals"
    }
    for kind, rows in tables.items():
        if kind != "control_totals":
            assert len(known[ids[kind]]) == len(rows), kind
        for column in rows[0].keys() & known.keys():
            assert {row[column] for row in rows if row[column]} <= known[column], (kind, column)
    owners = {row["owner_id"] for row in tables["customers"]}
    assert owners <= known["person_id"]


def test_nothing_is_known_or_happens_after_the_last_day(tables: Tables) -> None:
    happened = (
        ("invoices", ("issued_on", "known_on")),
        ("applications", ("effective_on", "known_on")),
        ("payments", ("received_on",)),
        ("tickets", ("opened_at", "closed_at")),
        ("messages", ("sent_at",)),
        ("disputes", ("received_at", "flagged_at", "accepted_at", "closed_at")),
        ("prep_log", ("started_at",)),
        ("control_totals", ("as_of",)),
        ("contacts", ("verified_on",)),
    )
    for kind, columns in happened:
        for column in columns:
            latest = max(row[column] for row in tables[kind])
            assert latest[:10] <= LAST_DAY.isoformat(), (kind, column)


def test_every_address_is_one_that_cannot_exist(tables: Tables) -> None:
    addresses = [row["email"] for kind in ("people", "contacts") for row in tables[kind]]
    addresses += [row["sender"] for row in tables["messages"]]
    assert not [address for address in addresses if not address.endswith(".example")]


# --- the books ---------------------------------------------------------------------------------


def test_control_totals_tie_to_the_cent(tables: Tables) -> None:
    currency = {row["invoice_id"]: row["currency"] for row in tables["invoices"]}
    paid_in = {row["payment_id"]: row["currency"] for row in tables["payments"]}
    for row in tables["control_totals"]:
        on, unit = day(row["as_of"]), row["currency"]
        owed = [v for k, v in balances(tables, on).items() if currency[k] == unit]
        cash = [v for k, v in unapplied(tables, on).items() if paid_in[k] == unit]
        assert sum(owed) - sum(cash) == Decimal(row["ar_amount"]), row


def test_every_month_end_has_a_control_total_in_every_currency(tables: Tables) -> None:
    days = {row["as_of"] for row in tables["control_totals"]}
    assert len(days) == 16
    assert all((day(on) + timedelta(days=1)).day == 1 for on in days)
    assert len(tables["control_totals"]) == 16 * 3


def test_no_invoice_is_ever_overpaid_and_no_credit_note_overused(tables: Tables) -> None:
    steps: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in tables["applications"]:
        steps[row["invoice_id"]].append((day(row["effective_on"]), Decimal(row["amount"])))
    for row in tables["invoices"]:
        left = abs(Decimal(row["amount"]))
        by_day: dict[date, Decimal] = defaultdict(Decimal)
        for on, amount in steps[row["invoice_id"]]:
            by_day[on] += amount
            assert on >= day(row["issued_on"])
        for on in sorted(by_day):
            left -= by_day[on]
            assert left >= 0, row


def test_a_payment_is_what_was_applied_of_it_and_what_is_left(tables: Tables) -> None:
    applied: dict[str, Decimal] = defaultdict(Decimal)
    for row in tables["applications"]:
        applied[row["payment_id"]] += Decimal(row["amount"])
    for row in tables["payments"]:
        whole = applied[row["payment_id"]] + Decimal(row["unapplied_amount"])
        assert whole == Decimal(row["amount"]), row


def test_an_application_has_its_invoices_currency_and_its_customers_cash(tables: Tables) -> None:
    invoices, payments = (
        keyed(tables["invoices"], "invoice_id"),
        keyed(tables["payments"], "payment_id"),
    )
    for row in tables["applications"]:
        invoice = invoices[row["invoice_id"]]
        assert row["currency"] == invoice["currency"]
        assert (row["kind"] == "cash") == bool(row["payment_id"])
        if row["payment_id"]:
            payment = payments[row["payment_id"]]
            assert payment["customer_id"] == invoice["customer_id"]
            assert payment["received_on"] <= row["effective_on"]


def test_every_kind_of_movement_occurs(tables: Tables) -> None:
    kinds = {row["kind"] for row in tables["applications"]}
    assert kinds == {"cash", "credit", "discount", "write_off", "withholding", "reversal"}
    assert all(
        (Decimal(row["amount"]) < 0) == (row["kind"] == "reversal")
        for row in tables["applications"]
    )
    assert {row["kind"] for row in tables["invoices"]} == {"invoice", "credit_note", "debit_note"}
    lags = {
        (day(row["known_on"]) - day(row["effective_on"])).days for row in tables["applications"]
    }
    assert lags == {0, 1, 2}
    assert {row["currency"] for row in tables["invoices"]} == RATES.keys()


# --- lifelike ----------------------------------------------------------------------------------


def test_size(tables: Tables) -> None:
    assert len(tables["customers"]) == 170
    assert 5_600 <= len(bills(tables)) <= 6_200
    tiers = [(row["tier"], row["terms"]) for row in tables["customers"]]
    assert tiers.count(("mid", "NET30")) == 60
    assert tiers.count(("smb", "NET30")) == 70


@pytest.mark.parametrize("seed", [1, 7])
def test_payment_behaviour_is_in_the_ranges_of_real_books(tmp_path: Path, seed: int) -> None:
    write_exports(tmp_path, seed=seed)
    tables = {path.stem: rows_of(path) for path in (tmp_path / "exports").iterdir()}
    late = list(days_late(tables).values())
    assert 0.32 <= fmean(days > 0 for days in late) <= 0.40
    assert 0.03 <= fmean(days > 15 for days in late) <= 0.05
    assert 3.0 <= fmean(min(30, days) for days in late) <= 5.0


def test_customers_differ_in_how_late_they_pay(tables: Tables) -> None:
    late = days_late(tables)
    of: dict[str, list[bool]] = defaultdict(list)
    for row in bills(tables):
        if row["invoice_id"] in late:
            of[row["customer_id"]].append(late[row["invoice_id"]] > 0)
    rates = [fmean(those) for those in of.values() if len(those) >= 10]
    assert fmean(rate < 0.15 for rate in rates) > 0.25
    assert fmean(rate > 0.6 for rate in rates) > 0.12


def test_a_weekend_holds_15_to_30_percent_of_due_dates(tables: Tables) -> None:
    weekend = [day(row["due_on"]).weekday() > 4 for row in bills(tables)]
    assert 0.15 <= fmean(weekend) <= 0.30


def test_one_customer_is_a_quarter_of_all_billings(tables: Tables) -> None:
    billed: dict[str, Decimal] = defaultdict(Decimal)
    for row in bills(tables):
        billed[row["customer_id"]] += Decimal(row["amount"]) * RATES[row["currency"]]
    largest = max(billed, key=lambda customer: billed[customer])
    assert largest == STORIES["whale"].ids["customer"]
    assert Decimal("0.22") <= billed[largest] / sum(billed.values()) <= Decimal("0.29")


def test_histories_reach_back_far_enough_for_90_days_before_2025(tables: Tables) -> None:
    assert min(row["issued_on"] for row in bills(tables)) < "2024-11-05"
    assert max(row["issued_on"] for row in bills(tables)) > "2026-03-25"


def test_the_stopwatch_ran_in_january_and_preparation_then_got_quicker(tables: Tables) -> None:
    timed: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for row in tables["prep_log"]:
        before = moment(row["started_at"]).date() < GO_LIVE
        timed[row["kind"], before].append(float(row["active_minutes"]))
    assert len(timed["prep", True]) == 63
    assert 18 <= median(timed["prep", True]) <= 25
    assert 5 <= median(timed["prep", False]) <= 7
    # Since go-live the record tells how long reviewing and re-routing took: once is enough.
    assert {kind for kind, _ in timed} == {"prep", "rework", "supervision"}


def test_disputes_run_in_order_and_reach_their_owner_sooner_since_go_live(tables: Tables) -> None:
    hours: dict[bool, list[float]] = defaultdict(list)
    for row in tables["disputes"]:
        steps = [
            row[c] for c in ("received_at", "flagged_at", "accepted_at", "closed_at") if row[c]
        ]
        assert steps == sorted(steps), row
        assert bool(row["accepted_at"]) == bool(row["accepted_by"])
        if row["accepted_at"]:
            waited = moment(row["accepted_at"]) - moment(row["flagged_at"])
            hours[day(row["flagged_at"][:10]) >= GO_LIVE].append(waited.total_seconds() / 3600)
    assert len(hours[True]) >= 10
    assert len(hours[False]) >= 40
    assert median(hours[True]) < median(hours[False])


def test_the_erp_flags_exactly_the_open_disputes(tables: Tables) -> None:
    flagged = {row["invoice_id"] for row in tables["invoices"] if row["disputed"] == "true"}
    assert flagged == {row["invoice_id"] for row in tables["disputes"] if not row["closed_at"]}


# --- the true effect ---------------------------------------------------------------------------


def test_the_true_effect_is_small_and_the_same_every_time() -> None:
    assert TRUE_SHRINK == 0.25
    effect = true_effect()
    assert -0.8 <= effect <= -0.4
    assert effect == true_effect()


# --- the stories -------------------------------------------------------------------------------


COLUMN_OF = {
    "C-": ("customers", "customer_id"),
    "INV-": ("invoices", "invoice_id"),
    "K-": ("contacts", "contact_id"),
    "P-": ("people", "person_id"),
    "PAY-": ("payments", "payment_id"),
    "MSG-": ("messages", "message_id"),
    "TK-": ("tickets", "ticket_id"),
    "CT-": ("contracts", "contract_id"),
    "D-": ("disputes", "dispute_id"),
}


@pytest.mark.parametrize("seed", [3, 7])
def test_every_id_of_every_story_is_in_the_exports(tmp_path: Path, seed: int) -> None:
    write_exports(tmp_path, seed=seed)
    tables = {path.stem: rows_of(path) for path in (tmp_path / "exports").iterdir()}
    for name, story in STORIES.items():
        for role, planted in story.ids.items():
            if role not in ("rule", "effect"):
                kind, column = COLUMN_OF[planted[: planted.index("-") + 1]]
                assert planted in {row[column] for row in tables[kind]}, (name, role)


class Told:
    """One story's rows, by role."""

    def __init__(self, tables: Tables, name: str) -> None:
        self._tables = tables
        self._ids = STORIES[name].ids

    def __getitem__(self, role: str) -> Row:
        planted = self._ids[role]
        kind, column = COLUMN_OF[planted[: planted.index("-") + 1]]
        return keyed(self._tables[kind], column)[planted]

    def days_past_due(self, role: str = "invoice") -> int:
        return (LAST_DAY - day(self[role]["due_on"])).days

    def open_amount(self, role: str = "invoice") -> Decimal:
        return balances(self._tables, LAST_DAY)[self._ids[role]]

    def contact(self) -> Row:
        contacts = self._tables["contacts"]
        (contact,) = [r for r in contacts if r["customer_id"] == self._ids["customer"]]
        return contact


def test_the_sixty_thousand(tables: Tables) -> None:
    told = Told(tables, "missing_po")
    assert told.open_amount() == Decimal("60000.00")
    assert told.days_past_due() == 47
    assert told["customer"]["po_required"] == "true"
    assert told["invoice"]["po_number"] == ""
    assert told["owner"]["active"] == "false"
    assert told["customer"]["owner_id"] == told["owner"]["person_id"]
    assert "PO-7741093" in told["chat"]["body"]
    others = [r for rows in tables.values() for r in rows if r is not told["chat"]]
    assert not [row for row in others if any("7741093" in value for value in row.values())]


def test_the_same_age_asks_for_opposite_plays(tables: Tables) -> None:
    happy, unhappy = Told(tables, "mid_renewal"), Told(tables, "open_delivery")
    assert happy.days_past_due() == unhappy.days_past_due() == 12
    assert happy.open_amount() == unhappy.open_amount()
    assert 0 < (day(happy["customer"]["renews_on"]) - LAST_DAY).days <= 60
    assert (day(unhappy["customer"]["renews_on"]) - LAST_DAY).days > 60
    assert happy["customer"]["health"] == "green"
    assert (unhappy["ticket"]["kind"], unhappy["ticket"]["closed_at"]) == ("delivery", "")
    open_tickets = {r["customer_id"] for r in tables["tickets"] if not r["closed_at"]}
    assert happy["customer"]["customer_id"] not in open_tickets


def test_the_departed_clerk_is_the_only_contact(tables: Tables) -> None:
    told = Told(tables, "departed_clerk")
    assert told.contact() == told["contact"]
    assert told["contact"]["status"] == "left"
    assert "has left" in told["message"]["body"]
    assert told["message"]["sender"] == told["contact"]["email"]
    assert told.open_amount() > 0
    assert told.open_amount("second_invoice") > 0


def test_the_stale_contact_was_last_confirmed_long_ago(tables: Tables) -> None:
    told = Told(tables, "stale_contact")
    assert (LAST_DAY - day(told.contact()["verified_on"])).days > 90
    assert told.contact()["status"] == "active"


def test_the_weekend_invoice_is_due_on_a_saturday(tables: Tables) -> None:
    told = Told(tables, "weekend_due")
    assert day(told["invoice"]["due_on"]).weekday() == 5
    assert told.days_past_due() == 3


def test_thin_histories_are_as_thin_as_told(tables: Tables) -> None:
    count = {"none": 0, "one": 1, "two": 2, "three": 3}
    for role, customer_id in STORIES["thin_history"].ids.items():
        held = [r for r in tables["invoices"] if r["customer_id"] == customer_id]
        assert len(held) == count[role], role


def test_the_fraudster_writes_from_nobodys_address(tables: Tables) -> None:
    told = Told(tables, "bank_fraud")
    known = {r["email"] for kind in ("contacts", "people") for r in tables[kind]}
    assert told["message"]["sender"] not in known
    assert "bank details" in told["message"]["body"]
    assert told["question"]["sender"] == told.contact()["email"]


def test_the_paid_invoice_has_its_cash_waiting(tables: Tables) -> None:
    told = Told(tables, "already_paid")
    assert Decimal(told["payment"]["unapplied_amount"]) == told.open_amount()
    assert told["payment"]["customer_id"] == told["invoice"]["customer_id"]
    assert "already paid" in told["message"]["body"]


def test_one_promise_runs_and_one_is_broken(tables: Tables) -> None:
    running, broken = Told(tables, "promise_running"), Told(tables, "promise_broken")
    assert "on 10 April 2026" in running["message"]["body"]
    assert date(2026, 4, 10) > LAST_DAY
    assert "by 20 March 2026" in broken["message"]["body"]
    assert broken.open_amount() == Decimal(broken["invoice"]["amount"])


def test_the_missed_dispute_is_flagged_nowhere(tables: Tables) -> None:
    told = Told(tables, "missed_dispute")
    assert "We were billed for 60 seats but only 45 are live" in told["message"]["body"]
    assert told["invoice"]["disputed"] == "false"
    assert told["invoice"]["invoice_id"] not in {r["invoice_id"] for r in tables["disputes"]}
    assert told["customer"]["customer_id"] not in {
        r["customer_id"] for r in tables["tickets"] if not r["closed_at"]
    }


def test_one_open_dispute_waits_and_one_is_with_its_owner(tables: Tables) -> None:
    told = Told(tables, "open_disputes")
    assert (told["dispute"]["accepted_at"], told["accepted"]["closed_at"]) == ("", "")
    assert told["accepted"]["accepted_by"] == "P-17"


def test_old_debt_lies_in_every_bucket(tables: Tables) -> None:
    told = Told(tables, "old_debt")
    assert [told.days_past_due(role) for role in ("invoice", "older", "oldest")] == [39, 68, 121]


def test_two_customers_look_like_one(tables: Tables) -> None:
    told = Told(tables, "double_customer")
    assert told["twin"]["name"].startswith(told["customer"]["name"])
    ids = (told["customer"]["customer_id"], told["twin"]["customer_id"])
    shared = {r["email"] for r in tables["contacts"] if r["customer_id"] in ids}
    assert len(shared) == 1


def test_invoice_and_contract_disagree_on_terms(tables: Tables) -> None:
    told = Told(tables, "terms_conflict")
    assert (told["invoice"]["terms"], told["contract"]["terms"]) == ("NET30", "NET60")
    assert told["invoice"]["contract_id"] == told["contract"]["contract_id"]


def test_the_re_aged_invoice_keeps_its_first_due_date(tables: Tables) -> None:
    told = Told(tables, "re_aged")
    assert day(told["invoice"]["re_aged_due_on"]) > LAST_DAY > day(told["invoice"]["due_on"])


# --- large pilots ------------------------------------------------------------------------------


def test_a_large_pilot_has_the_asked_number_of_invoices(tmp_path: Path) -> None:
    write_demo(tmp_path, invoices=20_000)
    exports = {path.stem: rows_of(path) for path in (tmp_path / "exports").iterdir()}
    assert len(exports["invoices"]) == 20_000
    assert 19_500 <= len(exports["applications"]) <= 20_800
    assert len(exports["customers"]) == 100
    assert not [p for p in (tmp_path / "exports").iterdir() if b'"' in p.read_bytes()]
    assert min(balances(exports | {"invoices": plain(exports["invoices"])}, LAST_DAY).values()) >= 0


def plain(invoices: list[Row]) -> list[Row]:
    return [row | {"kind": "invoice"} for row in invoices]


def test_a_large_pilot_is_repeatable(tmp_path: Path) -> None:
    write_demo(tmp_path / "one", invoices=2_000)
    write_demo(tmp_path / "two", invoices=2_000)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


@pytest.mark.parametrize("count", [0, -5])
def test_a_pilot_of_no_invoices_is_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(WrongCall, match=f"{count}"):
        write_demo(tmp_path, invoices=count)
