-- title: Contact not confirmed for 90 days
-- severity: warns
-- fix: Confirm the address by telephone, then say so here.
-- consequence: {mails} would rest on an address confirmed over 90 days ago: {invoices}, {amount}.
-- The best contact of the customer was confirmed once, but more than 90 days ago: people move on.
select
    open_invoices.invoice_id,
    open_invoices.customer_id,
    open_invoices.customer_name,
    open_invoices.open_amount as amount,
    open_invoices.currency,
    open_invoices.contact_name as subject,
    open_invoices.contact_name || ' was last confirmed ' || open_invoices.days_since_verified
    || ' days ago.' as because,
    'Confirm ' || open_invoices.contact_email || ' by telephone.' as proposed_fix,
    coalesce(open_invoices.active_owner_name, 'Finance lead') as fixer,
    'contacts' as fix_kind,
    open_invoices.contact_id as fix_key,
    'verified_on' as fix_column,
    pilot.as_of::varchar as fix_value
from open_invoices, pilot
where open_invoices.has_verified_contact and open_invoices.days_since_verified > 90
