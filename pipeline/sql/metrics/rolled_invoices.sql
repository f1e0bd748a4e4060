-- title: Invoices behind dollars aging
-- unit: reporting currency
-- better: lower
-- One row per invoice that was scheduled to cross a bucket edge in the week: what was open at the
-- start, what was left at the end, and what of it rolled. The rows of a week and boundary add up
-- to that week's scheduled and rolled dollars, to the cent.
with edges as (
    select *
    from (
        values
        (1, 'current>1-30'), (31, '1-30>31-60'), (61, '31-60>61-90'), (91, '61-90>91+')
    ) as edges (days, boundary)
),

-- Which due date crosses which edge on which day: few rows, so that each stretch is asked once.
due_dates as (
    select
        weeks.week_start,
        weeks.week_end,
        edges.boundary,
        weeks.week_start + days.n::integer as crossed_on,
        weeks.week_start + days.n::integer - edges.days as due_on
    from weeks
    cross join generate_series(1, 7) as days (n)
    cross join edges
),

stock as (
    select balances.*
    from balances, pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        and balances.due_on is not null
        and balances.customer_key in (select scope.customer_key from scope)
),

crossing as (
    select
        due_dates.week_start,
        due_dates.week_end,
        due_dates.crossed_on,
        due_dates.boundary,
        stock.invoice_key,
        stock.customer_key,
        stock.currency,
        stock.due_on,
        stock.balance as before_amount
    from stock
    inner join due_dates on stock.due_on = due_dates.due_on
    where
        -- The same as the two lines below for any week: most stretches fall here, cheaply.
        stock.due_on + 91 > stock.from_on
        and stock.due_on + 1 <= stock.to_on + 7
        and stock.from_on <= due_dates.week_start
        and stock.to_on > due_dates.week_start
)

select
    crossing.week_end,
    crossing.boundary,
    invoices.invoice_id,
    customers.name as customer_name,
    crossing.due_on,
    crossing.crossed_on,
    crossing.currency,
    crossing.before_amount::decimal(38, 3) as open_at_start,
    coalesce(closing.balance, 0)::decimal(38, 3) as open_at_end,
    in_reporting(crossing.before_amount, rates.rate, pilot.currency) as scheduled,
    in_reporting(
        least(crossing.before_amount, coalesce(closing.balance, 0)), rates.rate, pilot.currency
    ) as rolled
from crossing
cross join pilot
inner join rates on crossing.currency = rates.currency
inner join invoices on crossing.invoice_key = invoices.invoice_key
inner join customers on crossing.customer_key = customers.customer_key
left join stock as closing
    on
        crossing.invoice_key = closing.invoice_key
        and closing.from_on <= crossing.week_end
        and closing.to_on > crossing.week_end
order by crossing.week_end, rolled desc, invoices.invoice_id
