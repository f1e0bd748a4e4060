-- title: Contact has left
-- severity: blocks
-- waiver: never
-- fix: Find who pays the invoices now; put the successor in, with a second person's confirmation.
-- consequence: {mails} would have gone to somebody who has left: {invoices}, {amount}.
-- The best contact of the customer is marked as left, or a message says so. A suspension by a
-- message counts from its own day on, and only a newer confirmation lifts it.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    contact_name as subject,
    contact_name || ' has left'
    || coalesce(', says message ' || contact_suspended_by || ' of ' || contact_suspended_on, '')
    || '.' as because,
    'Ask the switchboard for the successor of ' || contact_name || '.' as proposed_fix,
    coalesce(active_owner_name, 'Finance lead') as fixer
from open_invoices
where contact_state = 'left'
