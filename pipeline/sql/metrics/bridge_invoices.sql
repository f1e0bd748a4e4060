-- title: Open invoices on both days of the bridge
-- unit: currency
-- better: neither; it says which invoices the bridge is about
-- One row per invoice that was open on the day before go-live or on the read-out day: what was
-- open and disputed of it on either, its class and its age past due on the later day. The columns
-- add up to the two ends of the bridge.
with sides as (
    select
        invoice_key,
        customer_key,
        currency,
        max(customer_class) as customer_class,
        max(due_on) as due_on,
        max(days_past_due) as days_past_due_after,
        max(longer_terms) as longer_terms,
        coalesce(sum(open_amount) filter (where not is_after), 0) as open_before,
        coalesce(sum(open_amount) filter (where is_after), 0) as open_after,
        coalesce(sum(disputed) filter (where not is_after), 0) as disputed_before,
        coalesce(sum(disputed) filter (where is_after), 0) as disputed_after
    from bridge_documents
    group by invoice_key, customer_key, currency
    having sum(open_amount) > 0
)

select
    sides.currency,
    invoices.invoice_id,
    customers.name as customer_name,
    sides.customer_class,
    sides.due_on,
    sides.days_past_due_after,
    sides.longer_terms,
    sides.open_before::decimal(38, 3) as open_before,
    sides.open_after::decimal(38, 3) as open_after,
    sides.disputed_before::decimal(38, 3) as disputed_before,
    sides.disputed_after::decimal(38, 3) as disputed_after
from sides
inner join invoices on sides.invoice_key = invoices.invoice_key
inner join customers on sides.customer_key = customers.customer_key
order by sides.currency, sides.open_after desc, sides.open_before desc, invoices.invoice_id
