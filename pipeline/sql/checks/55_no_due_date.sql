-- title: No due date
-- severity: blocks
-- waiver: never
-- fix: Put the due date on the invoice in the ERP; it cannot be corrected here.
-- consequence: {invoices} over {amount} cannot be chased: nobody knows when they are due.
-- The invoice states no due date, and no terms give one.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    invoice_id as subject,
    'No due date, and no terms to work one out from.' as because,
    'Put the due date on ' || invoice_id || ' in the ERP and load it again.' as proposed_fix,
    'Finance lead' as fixer
from open_invoices
where due_on is null
