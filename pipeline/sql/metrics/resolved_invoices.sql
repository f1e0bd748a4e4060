-- title: Invoices resolved
-- unit: invoices
-- better: more
-- One row per invoice whose balance reached zero by the day, by cash or a valid credit;
-- written-off ones are not resolved. resolved_on is the day it was settled.
with settled as (
    select
        balances.invoice_key,
        balances.customer_key,
        max(balances.to_on) as resolved_on
    from balances, pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.closes
        and balances.to_on <= pilot.as_of
        and balances.customer_key in (select scope.customer_key from scope)
    group by balances.invoice_key, balances.customer_key
)

select
    invoices.invoice_id,
    invoices.customer_id,
    settled.resolved_on
from settled
inner join invoices on settled.invoice_key = invoices.invoice_key
where
    settled.invoice_key not in (
        select movements.invoice_key
        from movements
        where movements.kind = 'write_off'
    )
order by settled.resolved_on, invoices.invoice_id
