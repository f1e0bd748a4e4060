-- title: Dollars aging into the next bucket
-- unit: reporting currency a week
-- better: lower
-- Scheduled is what would cross a bucket edge in the week if nothing came in; rolled is what
-- did; the crossing rate is rolled / scheduled. Scheduled = rolled + cash + credits + write-offs
-- on the crossing invoices, to the cent. Ages run from the original due date: a re-aged invoice
-- stays in and is shown beside. Entered directly and re-opened money has its own lines.
with edges as (
    select *
    from (
        values
        (1, 'current>1-30'), (31, '1-30>31-60'), (61, '31-60>61-90'), (91, '61-90>91+')
    ) as edges (days, boundary)
),

week_days as (
    select
        weeks.week_start,
        weeks.week_end,
        weeks.week_start + days.n::integer as day
    from weeks
    cross join generate_series(1, 7) as days (n)
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
        week_days.week_start,
        week_days.week_end,
        week_days.day as crossed_on,
        edges.boundary,
        stock.invoice_key,
        stock.customer_key,
        stock.currency,
        stock.balance as before_amount
    from stock
    cross join edges
    inner join week_days on stock.due_on + edges.days = week_days.day
    where stock.from_on <= week_days.week_start and stock.to_on > week_days.week_start
),

crossed as (
    select
        crossing.*,
        coalesce(closing.balance, 0) as after_amount,
        coalesce(eve.balance, 0) as eve_amount
    from crossing
    left join stock as closing
        on
            crossing.invoice_key = closing.invoice_key
            and closing.from_on <= crossing.week_end
            and closing.to_on > crossing.week_end
    left join stock as eve
        on
            crossing.invoice_key = eve.invoice_key
            and eve.from_on <= crossing.crossed_on - 1
            and eve.to_on > crossing.crossed_on - 1
),

flows as (
    select
        crossing.week_start,
        crossing.invoice_key,
        sum(movements.amount) filter (where movements.kind in ('cash', 'reversal')) as cash,
        sum(movements.amount) filter (
            where movements.kind in ('credit', 'discount', 'withholding')
        ) as credits,
        sum(movements.amount) filter (where movements.kind = 'write_off') as write_offs
    from crossing
    inner join movements on crossing.invoice_key = movements.invoice_key
    cross join pilot
    where
        case when pilot.flavour = 'reported' then movements.known_on
            else movements.effective_on end > crossing.week_start
        and case when pilot.flavour = 'reported' then movements.known_on
            else movements.effective_on end <= crossing.week_end
    group by crossing.week_start, crossing.invoice_key
),

excesses as (
    select
        crossing.week_start,
        crossing.invoice_key,
        balances.excess
    from crossing
    inner join balances on crossing.invoice_key = balances.invoice_key
    cross join pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and balances.excess > 0
        and balances.from_on <= crossing.week_end
        and balances.to_on > crossing.week_end
),

lines as (
    select
        crossed.week_start,
        crossed.week_end,
        crossed.boundary,
        crossed.before_amount * rates.rate as scheduled,
        least(crossed.before_amount, crossed.after_amount) * rates.rate as rolled,
        greatest(
            0,
            least(crossed.before_amount, crossed.after_amount)
            - case
                when disputed_weeks.invoice_key is null then 0
                else coalesce(disputed_weeks.amount, crossed.after_amount)
            end
        ) * rates.rate as rolled_undisputed,
        crossed.eve_amount * rates.rate as event_version,
        -- Cash beyond the balance is unapplied; what a reversal re-opened is no exit.
        (
            coalesce(flows.cash, 0)
            - coalesce(excesses.excess, 0)
            + greatest(0, crossed.after_amount - crossed.before_amount)
        ) * rates.rate as cash,
        coalesce(flows.credits, 0) * rates.rate as credits,
        coalesce(flows.write_offs, 0) * rates.rate as write_offs,
        case
            when receivables_re_aged.invoice_key is not null
                then least(crossed.before_amount, crossed.after_amount)
            else 0
        end * rates.rate as re_aged
    from crossed
    inner join rates on crossed.currency = rates.currency
    left join flows
        on crossed.week_start = flows.week_start and crossed.invoice_key = flows.invoice_key
    left join excesses
        on crossed.week_start = excesses.week_start and crossed.invoice_key = excesses.invoice_key
    left join disputed_weeks
        on
            crossed.week_end = disputed_weeks.week_end
            and crossed.invoice_key = disputed_weeks.invoice_key
    left join re_aged_invoices as receivables_re_aged
        on crossed.invoice_key = receivables_re_aged.invoice_key
)

select
    week_start,
    week_end,
    boundary,
    count(*) as n,
    sum(scheduled)::decimal(18, 3) as scheduled,
    sum(rolled)::decimal(18, 3) as rolled,
    sum(rolled_undisputed)::decimal(18, 3) as rolled_undisputed,
    sum(event_version)::decimal(18, 3) as event_version,
    sum(cash)::decimal(18, 3) as cash,
    sum(credits)::decimal(18, 3) as credits,
    sum(write_offs)::decimal(18, 3) as write_offs,
    sum(re_aged)::decimal(18, 3) as re_aged
from lines
group by week_start, week_end, boundary
order by week_start, boundary_place(boundary)
