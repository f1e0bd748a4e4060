-- title: Unapplied cash against open invoices
-- severity: warns
-- fix: Match the cash to its invoices in the ERP.
-- consequence: {mails} would have asked {customers} for money that may already be here: {amount} is unapplied.
-- Cash of a customer that no invoice has yet, while invoices in the same currency are past due.
with past_due as (
    select
        customer_id,
        customer_name,
        customer_key,
        currency,
        any_value(active_owner_name) as active_owner_name,
        count(*) as n
    from open_invoices
    where days_past_due > 0
    group by customer_id, customer_name, customer_key, currency
)

select
    null::varchar as invoice_id,
    past_due.customer_id,
    past_due.customer_name,
    unapplied_now.amount,
    unapplied_now.currency,
    past_due.customer_name as subject,
    past_due.customer_name || ' has ' || readable(unapplied_now.amount) || ' '
    || unapplied_now.currency || ' unapplied and ' || past_due.n || ' invoice(s) past due.'
        as because,
    'Match the cash to its invoices in the ERP.' as proposed_fix,
    'Cash application' as fixer
from past_due
inner join unapplied_now
    on
        past_due.customer_key = unapplied_now.customer_key
        and past_due.currency = unapplied_now.currency
where unapplied_now.flavour = 'reported' and unapplied_now.amount > 0
