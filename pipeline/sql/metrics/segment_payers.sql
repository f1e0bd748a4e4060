-- title: Who owes each invoice
-- unit: invoices
-- better: every invoice has its customer
-- One row per invoice and debit note, with the key of its customer.
select
    invoice_key,
    customer_key
from receivables
where not is_credit
