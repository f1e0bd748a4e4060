-- title: Nobody to write to
-- severity: blocks
-- waiver: never
-- fix: Add the person who pays the invoices, with an address confirmed by telephone.
-- consequence: {invoices} over {amount} cannot be followed up: nobody is known to write to.
-- The customer of an open invoice has no contact, in the exports or added here.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    customer_name as subject,
    'No contact is known for ' || customer_name || '.' as because,
    'Ask by telephone who pays the invoices, and add the person.' as proposed_fix,
    coalesce(active_owner_name, 'Finance lead') as fixer
from open_invoices
where contact_id is null
