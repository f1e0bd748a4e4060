-- title: Contact never confirmed
-- severity: blocks
-- waiver: never
-- fix: Confirm the address by telephone, then say so here.
-- consequence: {mails} would have gone to an address that nobody ever confirmed: {invoices}, {amount}.
-- The best contact of the customer works there as far as anybody knows, but the address was never
-- confirmed, or is none.
select
    open_invoices.invoice_id,
    open_invoices.customer_id,
    open_invoices.customer_name,
    open_invoices.open_amount as amount,
    open_invoices.currency,
    open_invoices.contact_name as subject,
    'Nobody has ever confirmed the address of ' || open_invoices.contact_name || '.' as because,
    'Confirm ' || coalesce(open_invoices.contact_email, 'the address') || ' by telephone.'
        as proposed_fix,
    coalesce(open_invoices.active_owner_name, 'Finance lead') as fixer,
    'contacts' as fix_kind,
    open_invoices.contact_id as fix_key,
    'verified_on' as fix_column,
    pilot.as_of::varchar as fix_value
from open_invoices, pilot
where
    open_invoices.contact_id is not null
    and open_invoices.contact_state not in ('left', 'bounced')
    and not open_invoices.has_verified_contact
