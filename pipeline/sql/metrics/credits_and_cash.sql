-- title: Open credits and unapplied cash
-- unit: currency
-- better: matched to invoices
-- Credit notes not yet used and payments not yet matched, on the day. They lower what is owed
-- in total but are never used to shorten the age of an invoice.
with credits as (
    select
        balances.currency,
        -- A credit used beyond its amount is owed again.
        balances.balance - balances.excess as credit,
        0 as cash
    from balances, pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and balances.is_credit
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
        and balances.customer_key in (select scope.customer_key from scope)
),

cash as (
    select
        unapplied_now.currency,
        0 as credit,
        unapplied_now.amount as cash
    from unapplied_now, pilot
    where
        unapplied_now.flavour = pilot.flavour
        and unapplied_now.customer_key in (select scope.customer_key from scope)
),

together as (
    select * from credits
    union all
    select * from cash
)

select
    currency,
    sum(credit)::decimal(38, 3) as credits,
    sum(cash)::decimal(38, 3) as unapplied
from together
group by currency
order by currency
