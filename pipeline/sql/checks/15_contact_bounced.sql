-- title: Contact's address bounces
-- severity: blocks
-- waiver: never
-- fix: Ask for a working address; put it in, with a second person's confirmation.
-- consequence: {mails} would have bounced: {invoices}, {amount}.
-- The best contact of the customer is marked as bounced, or a returned message says so.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    contact_name as subject,
    'Mail to ' || contact_name || ' comes back'
    || coalesce(', says message ' || contact_suspended_by || ' of ' || contact_suspended_on, '')
    || '.' as because,
    'Ask by telephone for a working address of ' || contact_name || '.' as proposed_fix,
    coalesce(active_owner_name, 'Finance lead') as fixer
from open_invoices
where contact_state = 'bounced'
