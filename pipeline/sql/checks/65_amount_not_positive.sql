-- title: Invoice of nothing, or less
-- severity: warns
-- fix: Mark it as a credit note in the ERP, or cancel it.
-- consequence: Called invoices, but asking for nothing: {documents} over {amount}, counted as credits here.
-- Documents of the kind invoice or debit note, issued within a year, whose amount is zero or
-- below. They are never chased.
select
    documents.invoice_id,
    documents.customer_id,
    customers.name as customer_name,
    abs(documents.amount)::decimal(18, 3) as amount,
    documents.currency,
    documents.invoice_id as subject,
    documents.invoice_id || ' is an invoice over ' || readable(documents.amount) || ' '
    || documents.currency || '.' as because,
    'Mark ' || documents.invoice_id || ' as a credit note in the ERP, or cancel it.'
        as proposed_fix,
    'Finance lead' as fixer
from intake_invoices as documents
inner join customers on documents.customer_id = customers.customer_id
cross join pilot
where
    documents.fate = 0
    and coalesce(documents.kind, 'invoice') <> 'credit_note'
    and documents.amount <= 0
    and documents.issued_on between pilot.as_of - 365 and pilot.as_of
