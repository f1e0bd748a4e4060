-- as: view
-- One row per open invoice and the first reason for which it is not for a pilot, in a fixed order:
-- top ten, disputed, unclear terms, stale owner, chronic; eligible when there is none.
select
    open_invoices.invoice_key,
    open_invoices.customer_key,
    open_invoices.invoice_id,
    open_invoices.customer_id,
    open_invoices.customer_name,
    open_invoices.currency,
    open_invoices.open_amount,
    open_invoices.due_on,
    case
        when customer_traits.is_top_ten then 'top ten'
        when open_invoices.is_disputed then 'disputed'
        when open_invoices.has_terms_conflict or coalesce(trim(open_invoices.terms), '') = ''
            then 'unclear terms'
        when not open_invoices.has_active_owner then 'stale owner'
        when customer_traits.is_chronic then 'chronic'
        else 'eligible'
    end as step
from open_invoices
inner join customer_traits on open_invoices.customer_key = customer_traits.customer_key
