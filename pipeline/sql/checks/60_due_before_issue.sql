-- title: Due before it was issued
-- severity: blocks
-- fix: Mend the dates in the ERP; they cannot be corrected here.
-- consequence: {mails} would have claimed a due date before the invoice was written: {invoices}, {amount}.
-- The due date lies before the day of issue: one of the two is wrong.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    invoice_id as subject,
    invoice_id || ' was issued on ' || issued_on || ' and due on ' || due_on || '.' as because,
    'Mend the dates of ' || invoice_id || ' in the ERP and load the export again.' as proposed_fix,
    'Finance lead' as fixer
from open_invoices
where due_on < issued_on
