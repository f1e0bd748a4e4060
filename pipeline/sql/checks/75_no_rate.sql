-- title: Currency without a rate
-- severity: warns
-- fix: Add its rate to [rates] in pilot.toml.
-- consequence: {amount} of open invoices cannot be added to any figure in the reporting currency.
-- Open invoices in a currency that [rates] of pilot.toml does not give.
select
    null::varchar as invoice_id,
    null::varchar as customer_id,
    null::varchar as customer_name,
    sum(open_invoices.open_amount)::decimal(38, 3) as amount,
    open_invoices.currency,
    open_invoices.currency as subject,
    count(*) || ' open invoice(s) in ' || open_invoices.currency || ', which has no rate.'
        as because,
    'Add a line such as ' || open_invoices.currency || ' = 1.10 to [rates] in pilot.toml.'
        as proposed_fix,
    'Finance lead' as fixer
from open_invoices
anti join rates on open_invoices.currency = rates.currency
group by open_invoices.currency
