-- as: view
-- One row per accepted invoice, credit note or debit note, as the export wrote it.
-- invoice_key is its row in the intake: small, and what every other table joins on.
select
    rowid as invoice_key,
    file_id,
    row_no,
    invoice_id,
    customer_id,
    issued_on,
    due_on as stated_due_on,
    amount,
    currency,
    terms,
    po_number,
    contract_id,
    known_on,
    re_aged_due_on,
    note,
    coalesce(disputed, false) as is_flagged_disputed,
    coalesce(kind, 'invoice') = 'credit_note' or amount < 0 as is_credit
from intake_invoices
where fate = 0
