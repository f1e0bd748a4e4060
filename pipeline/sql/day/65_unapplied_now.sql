-- One row per customer and currency: cash in hand on the day that no invoice has yet,
-- from payments and from what was applied beyond an invoice's balance.
with parts as (
    select unapplied.customer_key, unapplied.currency, unapplied.amount
    from unapplied, pilot
    where unapplied.from_on <= pilot.as_of and unapplied.to_on > pilot.as_of
    union all
    select balances.customer_key, balances.currency, balances.excess as amount
    from balances, pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and balances.excess > 0
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
)

select
    customer_key,
    currency,
    sum(amount)::decimal(18, 3) as amount
from parts
group by customer_key, currency
