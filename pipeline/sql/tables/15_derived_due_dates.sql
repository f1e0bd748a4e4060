-- Invoices that state no due date, dated from the first terms that give days:
-- the invoice's own, then the contract's, then the customer's. The rest stay undated.
with undated as (
    select
        invoices.invoice_key,
        invoices.issued_on,
        terms_days(invoices.terms) as invoice_days,
        terms_days(contracts.terms) as contract_days,
        terms_days(customers.terms) as customer_days
    from invoices
    inner join customers on invoices.customer_id = customers.customer_id
    left join contracts
        on invoices.contract_id = contracts.contract_id and not contracts.is_prose
    where invoices.stated_due_on is null
)

select
    invoice_key,
    issued_on + coalesce(invoice_days, contract_days, customer_days) as due_on,
    case
        when invoice_days is not null then 'invoice terms'
        when contract_days is not null then 'contract terms'
        else 'customer terms'
    end as derived_from
from undated
where coalesce(invoice_days, contract_days, customer_days) is not null
