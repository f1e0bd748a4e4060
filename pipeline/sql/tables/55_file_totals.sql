-- One row per file and currency: the sum of its accepted amounts. Currencies are never added.
with amounts as (
    select file_id, 'invoices' as kind, currency, amount from intake_invoices where fate = 0
    union all
    select file_id, 'applications' as kind, currency, amount from intake_applications
    where fate = 0 and currency is not null
    union all
    select
        applications.file_id,
        'applications' as kind,
        invoices.currency,
        to_minor_unit(applications.amount, invoices.currency) as amount
    from intake_applications as applications
    inner join invoices on applications.invoice_id = invoices.invoice_id
    where applications.fate = 0 and applications.currency is null
    union all
    select file_id, 'payments' as kind, currency, amount from intake_payments where fate = 0
    union all
    select file_id, 'deals' as kind, currency, amount from intake_deals
    where fate = 0 and amount is not null
    union all
    select file_id, 'control_totals' as kind, currency, ar_amount as amount
    from intake_control_totals
    where fate = 0
)

select
    amounts.file_id,
    amounts.currency,
    sum(amounts.amount)::decimal(38, 3) as amount
from amounts
inner join files on amounts.file_id = files.file_id and amounts.kind = files.kind
group by amounts.file_id, amounts.currency
