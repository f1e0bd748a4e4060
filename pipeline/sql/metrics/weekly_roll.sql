-- title: Dollars aging into the next bucket
-- unit: reporting currency a week
-- better: lower
-- Scheduled is what would cross a bucket edge in the week if nothing came in; rolled is what
-- did; the crossing rate is rolled / scheduled. Scheduled = rolled + cash + credits + write-offs
-- on the crossing invoices, to the cent. Ages run from the original due date: a re-aged invoice
-- stays in and is shown beside. Entered directly and re-opened money has its own lines.
-- gap is what movements and balances, counted apart, disagree by: always nought.
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

crossing as (
    select
        due_dates.week_start,
        due_dates.week_end,
        due_dates.crossed_on,
        due_dates.boundary,
        balances.invoice_key,
        balances.currency,
        balances.balance as before_amount,
        balances.to_on <= due_dates.week_end as is_moved
    from balances
    cross join pilot
    inner join due_dates on balances.due_on = due_dates.due_on
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        -- The same as the two lines below for any week: most stretches fall here, cheaply.
        and balances.due_on + 91 > balances.from_on
        and balances.due_on + 1 <= balances.to_on + 7
        and balances.from_on <= due_dates.week_start
        and balances.to_on > due_dates.week_start
        and balances.customer_key in (select scope.customer_key from scope)
),

moved as (
    select week_start, week_end, crossed_on, invoice_key
    from crossing
    where is_moved
),

-- What the moved ones came to: at the week's end, and on the eve of the crossing (any one day
-- lies in one stretch).
outcomes as (
    select
        moved.week_start,
        moved.invoice_key,
        max(balances.balance) filter (
            where balances.from_on <= moved.week_end and balances.to_on > moved.week_end
        ) as after_amount,
        max(balances.excess) filter (
            where balances.from_on <= moved.week_end and balances.to_on > moved.week_end
        ) as excess,
        max(balances.balance) filter (
            where balances.from_on < moved.crossed_on and balances.to_on >= moved.crossed_on
        ) as eve_amount
    from moved
    inner join balances on moved.invoice_key = balances.invoice_key
    cross join pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and balances.from_on <= moved.week_end
        and balances.to_on > moved.week_start
    group by moved.week_start, moved.invoice_key
),

dated_movements as (
    select
        movements.invoice_key,
        movements.kind,
        movements.amount,
        case when pilot.flavour = 'reported' then movements.known_on
            else movements.effective_on end as counted_on
    from movements
    cross join pilot
),

flows as (
    select
        moved.week_start,
        moved.invoice_key,
        sum(dated_movements.amount) filter (
            where dated_movements.kind in ('cash', 'reversal')
        ) as cash,
        sum(dated_movements.amount) filter (
            where dated_movements.kind in ('credit', 'discount', 'withholding')
        ) as credits,
        sum(dated_movements.amount) filter (where dated_movements.kind = 'write_off')
            as write_offs
    from moved
    inner join dated_movements
        on
            moved.invoice_key = dated_movements.invoice_key
            and moved.week_start < dated_movements.counted_on
            and moved.week_end >= dated_movements.counted_on
    group by moved.week_start, moved.invoice_key
),

-- A reversal dated before its own invoice owes money that the invoice then adds to.
issues as (
    select
        moved.week_start,
        moved.invoice_key,
        receivables.amount
    from moved
    inner join receivables on moved.invoice_key = receivables.invoice_key
    cross join pilot
    where
        case when pilot.flavour = 'reported' then receivables.known_on
            else receivables.issued_on end > moved.week_start
        and case when pilot.flavour = 'reported' then receivables.known_on
            else receivables.issued_on end <= moved.week_end
),

crossed as (
    select
        crossing.*,
        case when crossing.is_moved then coalesce(outcomes.after_amount, 0)
            else crossing.before_amount end as after_amount,
        case when crossing.is_moved then coalesce(outcomes.eve_amount, 0)
            else crossing.before_amount end as eve_amount,
        coalesce(outcomes.excess, 0) as excess,
        coalesce(flows.cash, 0) as cash,
        coalesce(flows.credits, 0) as credits,
        coalesce(flows.write_offs, 0) as write_offs,
        coalesce(issues.amount, 0) as issued
    from crossing
    left join outcomes
        on crossing.week_start = outcomes.week_start and crossing.invoice_key = outcomes.invoice_key
    left join flows
        on crossing.week_start = flows.week_start and crossing.invoice_key = flows.invoice_key
    left join issues
        on crossing.week_start = issues.week_start and crossing.invoice_key = issues.invoice_key
),

-- What was applied beyond the balance is no exit: it is taken off cash, then off credits.
exits as (
    select
        *,
        least(before_amount, after_amount) as rolled,
        greatest(0, after_amount - before_amount) as regained,
        least(excess, greatest(cash, 0)) as cash_beyond,
        least(greatest(0, excess - greatest(cash, 0)), greatest(credits, 0)) as credit_beyond
    from crossed
),

converted as (
    select
        exits.week_start,
        exits.week_end,
        exits.boundary,
        in_reporting(exits.before_amount, rates.rate, pilot.currency) as scheduled,
        in_reporting(exits.rolled, rates.rate, pilot.currency) as rolled,
        in_reporting(
            greatest(
                0,
                exits.rolled
                - case
                    when disputed_weeks.invoice_key is null then 0
                    else coalesce(disputed_weeks.amount, exits.after_amount)
                end
            ),
            rates.rate,
            pilot.currency
        ) as rolled_undisputed,
        in_reporting(exits.eve_amount, rates.rate, pilot.currency) as event_version,
        in_reporting(exits.credits - exits.credit_beyond, rates.rate, pilot.currency)
            as credits,
        in_reporting(
            exits.write_offs - (exits.excess - exits.cash_beyond - exits.credit_beyond),
            rates.rate,
            pilot.currency
        ) as write_offs,
        case when re_aged_invoices.invoice_key is null then 0
            else in_reporting(exits.rolled, rates.rate, pilot.currency) end as re_aged,
        exits.before_amount - exits.rolled
        - (
            exits.cash + exits.credits + exits.write_offs
            + exits.regained - exits.excess - exits.issued
        ) as gap
    from exits
    cross join pilot
    inner join rates on exits.currency = rates.currency
    left join disputed_weeks
        on
            exits.week_end = disputed_weeks.week_end
            and exits.invoice_key = disputed_weeks.invoice_key
    left join re_aged_invoices on exits.invoice_key = re_aged_invoices.invoice_key
)

select
    week_start,
    week_end,
    boundary,
    count(*) as n,
    sum(scheduled) as scheduled,
    sum(rolled) as rolled,
    sum(rolled_undisputed) as rolled_undisputed,
    sum(event_version) as event_version,
    -- The rest of what left: parts converted one by one then add up to the cent.
    sum(scheduled - rolled - credits - write_offs) as cash,
    sum(credits) as credits,
    sum(write_offs) as write_offs,
    sum(re_aged)::decimal(38, 3) as re_aged,
    sum(abs(gap))::decimal(38, 3) as gap
from converted
group by week_start, week_end, boundary
order by week_start, boundary_place(boundary)
