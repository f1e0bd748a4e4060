-- as: view
-- One row per week end and invoice in dispute then (amount blank: all of it).
with dated as (
    select
        weeks.week_end,
        invoices.invoice_key,
        case when bool_or(disputes.amount is null) then null else sum(disputes.amount) end as amount
    from disputes
    inner join invoices on disputes.invoice_id = invoices.invoice_id
    inner join weeks
        on
            disputes.flagged_at::date <= weeks.week_end
            and (disputes.closed_at is null or disputes.closed_at::date > weeks.week_end)
    group by weeks.week_end, invoices.invoice_key
),

flagged as (
    select
        weeks.week_end,
        disputed_invoices.invoice_key,
        null as amount
    from disputed_invoices
    cross join weeks
    where disputed_invoices.flagged_at is null
)

select * from dated
union all
select flagged.*
from flagged
anti join dated
    on flagged.week_end = dated.week_end and flagged.invoice_key = dated.invoice_key
