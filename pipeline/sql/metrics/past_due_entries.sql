-- title: Money that became past due without crossing
-- unit: reporting currency a week
-- better: lower
-- Invoices that were past due the first time the books held them (back-dated, or due on
-- receipt), and invoices that were settled and opened again (a reversed payment). Neither is
-- part of what rolled: nothing of theirs was scheduled at the start of the week.
with stock as (
    select balances.*
    from balances, pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        and balances.due_on is not null
        and balances.customer_key in (select scope.customer_key from scope)
),

-- Every day of a week by itself: a stretch finds its week by the day it begins on.
week_days as (
    select
        weeks.week_start,
        weeks.week_end,
        weeks.week_start + days.n::integer as day
    from weeks
    cross join generate_series(1, 7) as days (n)
),

at_end as (
    select
        week_days.week_start,
        week_days.week_end,
        stock.*
    from stock
    inner join week_days on stock.from_on = week_days.day
    where
        -- The same as the line below for any week: most stretches fall here, cheaply.
        stock.due_on < stock.from_on + 7
        and stock.due_on < week_days.week_end and stock.to_on > week_days.week_end
),

fresh as (
    select
        at_end.*,
        case when pilot.flavour = 'reported' then receivables.known_on
            else receivables.issued_on end as entered_on
    from at_end
    inner join receivables on at_end.invoice_key = receivables.invoice_key
    cross join pilot
    left join stock as opening
        on
            at_end.invoice_key = opening.invoice_key
            and opening.from_on <= at_end.week_start
            and opening.to_on > at_end.week_start
    where opening.invoice_key is null
)

select
    fresh.week_start,
    fresh.week_end,
    coalesce(sum(in_reporting(fresh.balance, rates.rate, pilot.currency)) filter (
        where fresh.entered_on > fresh.week_start
    ), 0) as entered_directly,
    coalesce(sum(in_reporting(fresh.balance, rates.rate, pilot.currency)) filter (
        where fresh.entered_on <= fresh.week_start
    ), 0) as reopened
from fresh
cross join pilot
inner join rates on fresh.currency = rates.currency
group by fresh.week_start, fresh.week_end
order by fresh.week_start
