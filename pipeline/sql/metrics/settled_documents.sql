-- title: When each invoice was settled
-- unit: date
-- better: earlier
-- One row per invoice that was settled by the day, as it was known: the last day on which
-- something was still owed has passed. What is not here is open.
select
    balances.invoice_key,
    max(balances.to_on) as settled_on
from balances, pilot
where
    balances.flavour in ('both', 'reported')
    and not balances.is_credit
    and balances.closes
    and balances.to_on <= pilot.as_of
group by balances.invoice_key
order by balances.invoice_key
