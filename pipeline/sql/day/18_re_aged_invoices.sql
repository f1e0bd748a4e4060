-- as: view
-- Invoices whose due date was moved after issue: shown beside, never aged on the new date.
select
    invoice_key,
    re_aged_due_on
from invoices
where re_aged_due_on is not null and re_aged_due_on is distinct from stated_due_on
