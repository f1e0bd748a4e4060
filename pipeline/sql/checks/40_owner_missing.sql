-- title: No account owner
-- severity: warns
-- fix: Name the person who answers for the account.
-- consequence: {invoices} over {amount} belong to nobody: a question would have found no owner.
-- The customer master names no owner.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    customer_name as subject,
    'Nobody owns the account of ' || customer_name || '.' as because,
    'Name the person who answers for the account.' as proposed_fix,
    'Finance lead' as fixer
from open_invoices
where owner_id is null
