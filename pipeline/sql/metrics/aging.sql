-- title: Open invoices by age
-- unit: currency
-- better: less of it past due
-- What is owed on the day, by days past the original due date (the due day itself is still
-- current). Open credits and unapplied cash stand apart and never shorten an invoice's age.
with open_invoices_now as (
    select
        balances.currency,
        bucket((pilot.as_of - balances.due_on)::integer) as bucket,
        balances.balance,
        case
            when disputed_invoices.invoice_key is not null
                then least(balances.balance, coalesce(disputed_invoices.amount, balances.balance))
            else 0
        end as disputed
    from balances
    cross join pilot
    left join disputed_invoices on balances.invoice_key = disputed_invoices.invoice_key
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
        and balances.customer_key in (select scope.customer_key from scope)
)

select
    currency,
    bucket,
    sum(balance)::decimal(38, 3) as amount,
    count(*) as n,
    sum(disputed)::decimal(38, 3) as disputed
from open_invoices_now
group by currency, bucket
order by currency, bucket_place(bucket)
