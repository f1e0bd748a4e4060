-- One row per document, numbers only: what the books count with. Credits are positive here
-- and marked, so that they can never be netted against an invoice by accident.
select
    invoices.invoice_key,
    customers.customer_key,
    invoices.currency,
    invoices.issued_on,
    invoices.is_credit,
    greatest(invoices.issued_on, coalesce(invoices.known_on, invoices.issued_on)) as known_on,
    coalesce(invoices.stated_due_on, derived.due_on) as due_on,
    abs(invoices.amount) as amount
from invoices
inner join customers on invoices.customer_id = customers.customer_id
left join derived_due_dates as derived on invoices.invoice_key = derived.invoice_key
