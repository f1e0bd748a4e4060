-- One row per flavour, customer and currency: cash in hand on the day that no invoice has yet,
-- from payments and from what was applied beyond an invoice's balance.
with parts as (
    select unapplied.flavour, unapplied.customer_key, unapplied.currency, unapplied.amount
    from unapplied, pilot
    where unapplied.from_on <= pilot.as_of and unapplied.to_on > pilot.as_of
    union all
    select balances.flavour, balances.customer_key, balances.currency, balances.excess as amount
    from balances, pilot
    where
        not balances.is_credit
        and balances.excess > 0
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
),

flavours as (
    select * from (values ('restated'), ('reported')) as flavours (flavour)
)

select
    flavours.flavour,
    parts.customer_key,
    parts.currency,
    sum(parts.amount) as amount
from parts
inner join flavours on parts.flavour = 'both' or parts.flavour = flavours.flavour
group by flavours.flavour, parts.customer_key, parts.currency
