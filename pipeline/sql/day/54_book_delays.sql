-- How late the invoices of the whole book were paid, as known on the day: a count per whole days
-- late (negative: early). An invoice still open counts with its lateness so far.
select
    balances.to_on <= pilot.as_of as is_closed,
    greatest(-30, least(400, case
        when balances.to_on <= pilot.as_of then balances.to_on - balances.due_on
        else pilot.as_of - balances.due_on
    end)) as days_late,
    count(*) as n
from balances, pilot
where
    balances.flavour in ('both', 'reported')
    and not balances.is_credit
    and balances.due_on is not null
    and balances.balance > 0
    and balances.from_on <= pilot.as_of
    and (balances.to_on > pilot.as_of or balances.closes)
group by all
