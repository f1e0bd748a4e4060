-- One row per invoice in dispute on the day, with how much of it (blank: all of it).
-- An ERP flag has no date: where no dispute says when, it counts from the invoice's own first
-- day, because unknown is not permission.
with named as (
    select
        invoices.invoice_key,
        disputes.amount,
        disputes.reason,
        disputes.flagged_at
    from disputes
    inner join invoices on disputes.invoice_id = invoices.invoice_id
    where disputes.closed_at is null
),

flagged as (
    select
        invoice_key,
        null::decimal(18, 3) as amount,
        'flagged in the ledger' as reason,
        null::timestamp as flagged_at
    from invoices
    where
        is_flagged_disputed
        and invoice_id not in (
            select intake_disputes.invoice_id from intake_disputes
            where intake_disputes.fate = 0
        )
        and invoice_id not in (select disputes.invoice_id from disputes)
),

together as (
    select * from named
    union all
    select * from flagged
)

select
    invoice_key,
    min(reason) as reason,
    min(flagged_at) as flagged_at,
    case when bool_or(amount is null) then null else sum(amount) end as amount
from together
group by invoice_key
