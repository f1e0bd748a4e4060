-- title: PO number missing
-- severity: blocks
-- fix: Find the PO number, put it on the invoice here, and reissue the invoice.
-- consequence: {invoices} over {amount} cannot be booked by the customer: the PO number is ours to supply.
-- The customer pays only against a PO number, and neither the invoice nor its contract has one.
-- A number that our own people wrote to each other is proposed, never taken by itself.
with said as (
    select
        mail.customer_id,
        regexp_extract(mail.body, '(?i)\bpo(?: number| no\.?)?[-#:\s]{0,3}[a-z]{0,4}[-]?[0-9]{4,}')
            as po_number,
        mail.message_id
    from intake_messages as mail, pilot
    where
        mail.fate = 0
        and mail.sent_at::date <= pilot.as_of
        and lower(mail.sender) in (
            select lower(ours.email) from intake_people as ours where ours.fate = 0
        )
),

heard as (
    select
        customer_id,
        any_value(po_number) as po_number,
        any_value(message_id) as message_id
    from said
    where po_number <> ''
    group by customer_id
    having count(distinct po_number) = 1
)

select
    open_invoices.invoice_id,
    open_invoices.customer_id,
    open_invoices.customer_name,
    open_invoices.open_amount as amount,
    open_invoices.currency,
    open_invoices.invoice_id as subject,
    open_invoices.customer_name || ' pays only against a PO number, and '
    || open_invoices.invoice_id || ' has none.' as because,
    case
        when heard.customer_id is null then 'Ask ' || open_invoices.customer_name || ' for it.'
        else 'Our own message ' || heard.message_id || ' speaks of ' || heard.po_number
        || ': check it, then take it.'
    end as proposed_fix,
    coalesce(open_invoices.active_owner_name, 'Finance lead') as fixer,
    case when heard.customer_id is not null then 'invoices' end as fix_kind,
    case when heard.customer_id is not null then open_invoices.invoice_id end as fix_key,
    case when heard.customer_id is not null then 'po_number' end as fix_column,
    heard.po_number as fix_value
from open_invoices
left join heard on open_invoices.customer_id = heard.customer_id
where open_invoices.is_po_missing
