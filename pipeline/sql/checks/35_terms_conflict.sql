-- title: Payment terms disagree
-- severity: blocks
-- fix: Settle which paper stands (as a rule the signed contract) and correct the others.
-- consequence: {mails} would have quoted a due date that the customer can contest: {invoices}, {amount}.
-- Invoice, customer master and contract give different numbers of days. Correcting the terms here
-- clears the check; the due date itself is mended in the ERP.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    invoice_id as subject,
    'Terms disagree: invoice ' || coalesce(terms, 'none') || ', customer '
    || coalesce(customer_terms, 'none') || ', contract ' || coalesce(contract_terms, 'none') || '.'
        as because,
    'Read the signed contract'
    || coalesce(' ' || contract_id, '') || ', correct what differs from it, and have the due date '
    || 'mended in the ERP.' as proposed_fix,
    coalesce(active_owner_name, 'Finance lead') as fixer
from open_invoices
where has_terms_conflict
