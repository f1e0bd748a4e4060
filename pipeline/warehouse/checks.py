"""The checks of `sql/checks`, run on a day: what fails, what a person has exempted, who mends it.

A check is one SELECT of offending rows. Here each is given the columns that it leaves out, the
exemption that covers a row, and the person it was assigned to; nothing is judged anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.warehouse.conversions import quoted
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.statements import Statement, folder

#: What every row of every check has; a check names those that it can fill.
COLUMNS = {
    "invoice_id": "varchar",
    "customer_id": "varchar",
    "customer_name": "varchar",
    "amount": "decimal(38, 3)",
    "currency": "varchar",
    "subject": "varchar",
    "because": "varchar",
    "proposed_fix": "varchar",
    "fixer": "varchar",
    "fix_kind": "varchar",
    "fix_key": "varchar",
    "fix_column": "varchar",
    "fix_value": "varchar",
}
_BLANK = ", ".join(f"null::{kind} as {name}" for name, kind in COLUMNS.items())


def checks() -> dict[str, Statement]:
    """Every check by name, in order."""
    return folder("checks")


def is_blocking(check: Statement) -> bool:
    """Whether an invoice that fails gets no draft."""
    return check.headers["severity"] == "blocks"


def may_be_waived(check: Statement) -> bool:
    """Whether a person may exempt an invoice from it for a time."""
    return check.headers.get("waiver") != "never"


def gathered() -> str:
    """A SELECT with one row per open invoice that fails a blocking check: what fails, in order.

    `blockers` and `exempted` are lists of {code, sentence}.
    """
    union = " union all ".join(
        f"select {n} as place, {quoted(name)} as code, invoice_id, customer_id, because "
        f"from ({check.select})"
        for n, (name, check) in enumerate(checks().items())
        if is_blocking(check)
    )
    sentence = "because || coalesce(' ' || said, '')"
    said = f"list({{'code': code, 'sentence': {sentence}}} order by place)"
    return (
        f"select invoice_id, {said} filter (where said is null) as blockers, "
        f"{said} filter (where said is not null) as exempted "
        f"from ({_with_exemption(union, 'rows.code')}) group by invoice_id"
    )


def _with_exemption(rows: str, code: str) -> str:
    """The rows with `said`: what the exemption that covers them says, if there is one."""
    return (
        f"select rows.*, (select max_by(exemptions.said, exemptions.expires_on) from exemptions "
        f"where exemptions.check_name = {code} and coalesce(exemptions.invoice_id "
        "= rows.invoice_id, exemptions.customer_id = rows.customer_id)) as said "
        f"from ({rows}) as rows"
    )


def _rows_of(name: str) -> str:
    """One check's rows with every column, their exemption, and whom they were assigned to."""
    whole = (
        f"select * from (select {_BLANK}) where false union all by name "
        f"select * from ({checks()[name].select})"
    )
    code = quoted(name)
    return (
        f"select found.* replace (coalesce(given.person, found.fixer) as fixer), "
        f"given.person is not null as is_assigned from ({_with_exemption(whole, code)}) as found "
        f"left join assignments as given on given.check_name = {code} "
        "and given.invoice_id is not distinct from found.invoice_id "
        "and (given.invoice_id is not null or given.customer_id = found.customer_id)"
    )


def rows(day: Day, name: str) -> list[Row]:
    """The offending rows of one check, most money first; `said` names what exempts a row."""
    return day.select(
        f"select * from ({_rows_of(name)}) order by said is not null, amount desc, "
        "customer_id, invoice_id"
    )


def totals(day: Day, name: str) -> list[Row]:
    """One check's rows by currency, without the exempted: how many, how much.

    `reporting` is in the reporting currency, None where a rate is missing. One more row, with
    n = 0, says how many are `exempted`.
    """
    return day.select(
        f"with judged as ({_rows_of(name)}), failed as (select * from judged where said is null) "
        "select failed.currency, count(*) as n, list(distinct failed.subject) as subjects, "
        "list(distinct failed.invoice_id) filter (where failed.invoice_id is not null) "
        "as invoice_ids, "
        "list(distinct failed.customer_id) filter (where failed.customer_id is not null) "
        "as customer_ids, list(distinct failed.fixer) as fixers, "
        "sum(failed.amount)::decimal(38, 3) as amount, "
        "sum(failed.amount * rates.rate)::decimal(38, 3) as reporting, 0 as exempted "
        "from failed left join rates on failed.currency = rates.currency "
        "group by failed.currency union all by name "
        "select count(*) as exempted, 0 as n from judged where said is not null "
        "order by currency"
    )


def by_fixer(day: Day) -> list[Row]:
    """Who has how much to mend on the day: one row per person or role.

    `n` counts things to mend, `blocking` those of them that stop drafts; `amounts` is a list of
    {currency, amount} in which an invoice with several findings counts once.
    """
    union = " union all ".join(
        f"select {n} as place, fixer, subject, invoice_id, customer_id, amount, currency, "
        f"{is_blocking(check)} as blocks from ({_rows_of(name)}) where said is null"
        for n, (name, check) in enumerate(checks().items())
    )
    return day.select(
        f"with failed as materialized ({union}), owed as (select fixer, currency, "
        "sum(amount)::decimal(38, 3) as amount from (select fixer, currency, invoice_id, "
        "customer_id, max(amount) as amount from failed group by all) group by fixer, currency), "
        "listed as (select fixer, list({'currency': currency, 'amount': amount} "
        "order by currency) as amounts from owed group by fixer), counted as (select fixer, "
        "count(distinct (place, subject)) as n, count(distinct (place, subject)) "
        "filter (where blocks) as blocking from failed group by fixer) "
        "select counted.*, listed.amounts from counted join listed using (fixer) order by fixer"
    )


def blocked_amounts(day: Day) -> list[Row]:
    """Open money that blocking checks stop, each invoice once: by currency, with its number."""
    return day.select(
        "select open_invoices.currency, count(*) as n, "
        "sum(open_invoices.open_amount)::decimal(38, 3) as amount, "
        "(sum(open_invoices.open_amount) * any_value(rates.rate))::decimal(38, 3) as reporting "
        f"from ({gathered()}) as failed "
        "inner join open_invoices on failed.invoice_id = open_invoices.invoice_id "
        "left join rates on open_invoices.currency = rates.currency "
        "where failed.blockers is not null group by open_invoices.currency "
        "order by open_invoices.currency"
    )


def open_amounts(day: Day) -> list[Row]:
    """Everything open on the day: by currency, with its number."""
    return day.select(
        "select currency, count(*) as n, sum(open_amount)::decimal(38, 3) as amount "
        "from open_invoices group by currency order by currency"
    )


def next_best(day: Day) -> Row | None:
    """The one thing to mend that most blocked money waits for; None when nothing is blocked.

    `amount` is in `currency`; `n` invoices wait, `n_also` of them for something else as well.
    """
    union = " union all ".join(
        f"select {n} as place, {quoted(name)} as check_name, subject, customer_id, invoice_id, "
        f"because, proposed_fix, fixer, amount, currency from ({_rows_of(name)}) "
        "where said is null and invoice_id is not null"
        for n, (name, check) in enumerate(checks().items())
        if is_blocking(check)
    )
    found = day.select(
        f"with failed as (select *, count(*) over (partition by invoice_id) > 1 as is_also "
        f"from ({union})) select failed.check_name, failed.subject, failed.currency, "
        "min(failed.invoice_id) as invoice_id, count(*) as n, "
        "count(*) filter (where failed.is_also) as n_also, "
        "arg_min(failed.because, failed.invoice_id) as because, "
        "arg_min(failed.proposed_fix, failed.invoice_id) as proposed_fix, "
        "arg_min(failed.fixer, failed.invoice_id) as fixer, "
        "sum(failed.amount)::decimal(38, 3) as amount, "
        "sum(failed.amount * rates.rate)::decimal(38, 3) as reporting "
        "from failed left join rates on failed.currency = rates.currency "
        "group by failed.place, failed.check_name, failed.subject, failed.customer_id, "
        "failed.currency order by reporting is not null, reporting desc, failed.place, "
        "failed.subject limit 1"
    )
    return found[0] if found else None


def side_by_side(day: Day, customer_ids: Sequence[str]) -> list[Row]:
    """Customers as a person compares them, in the order asked for: one row each, all text."""
    return day.select(
        "with asked as (select unnest(?::varchar[]) as customer_id, "
        "unnest(range(len(?::varchar[]))) as place), people as (select customer_id, "
        "string_agg(name || ' <' || coalesce(email, 'no address') || '>', ', ' order by contact_id)"
        " as contacts from contacts_now group by customer_id), owed as (select customer_id, "
        "currency, count(*) as n, sum(open_amount)::decimal(38, 3) as amount from open_invoices "
        "group by customer_id, currency), open as (select customer_id, string_agg(n || ' over ' "
        "|| readable(amount) || ' ' || currency, ', ' order by currency) as open "
        "from owed group by customer_id) select customers.name, customers.customer_id as id, "
        "customers.tier, customers.country, customers.terms, customers.owner_id as owner, "
        "people.contacts, open.open as open_invoices from asked "
        "join customers on asked.customer_id = customers.customer_id "
        "left join people on customers.customer_id = people.customer_id "
        "left join open on customers.customer_id = open.customer_id order by asked.place",
        [list(customer_ids), list(customer_ids)],
    )
