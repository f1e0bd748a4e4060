-- title: No payment terms anywhere
-- severity: warns
-- fix: Take the terms from the signed contract.
-- consequence: {invoices} over {amount} state no terms: the due date is all there is to go by.
-- Neither the invoice, the contract nor the customer master says when payment is due. The due date
-- itself, where there is one, is taken as written.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    invoice_id as subject,
    'Neither the invoice, the contract nor the customer master states terms.' as because,
    'Look the terms up in the signed contract.' as proposed_fix,
    coalesce(active_owner_name, 'Finance lead') as fixer
from open_invoices
where coalesce(terms, contract_terms, customer_terms) is null
