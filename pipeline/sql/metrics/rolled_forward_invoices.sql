-- title: Invoices behind where open money went
-- unit: currency
-- better: collected
-- One row per invoice that was open at the start of the span of days: its age then and at the
-- end, what is still open, and what was collected, credited or written off. Its parts add up to
-- what was open at the start.
select
    rolled_forward.week_end,
    rolled_forward.currency,
    rolled_forward.from_bucket,
    rolled_forward.to_bucket,
    invoices.invoice_id,
    customers.name as customer_name,
    rolled_forward.due_on,
    rolled_forward.open_at_start::decimal(38, 3) as open_at_start,
    rolled_forward.still_open::decimal(38, 3) as still_open,
    rolled_forward.collected::decimal(38, 3) as collected,
    rolled_forward.credited::decimal(38, 3) as credited,
    rolled_forward.written_off::decimal(38, 3) as written_off
from rolled_forward
inner join invoices on rolled_forward.invoice_key = invoices.invoice_key
inner join customers on rolled_forward.customer_key = customers.customer_key
order by rolled_forward.currency, rolled_forward.open_at_start desc, invoices.invoice_id
