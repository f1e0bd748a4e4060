-- title: Where open money went
-- unit: currency
-- better: more of it collected, less of it older
-- Invoices open at the start of a span of days (from, to], by their age then: how much of that
-- very money is still open at the end, by its age then, and how much was collected, credited
-- (discounts and tax withheld with it) or written off. Every row adds up to what was open. New
-- invoices are not in it: dividing by another month's stock would mix them in.
with outcomes as (
    select
        week_start,
        week_end,
        currency,
        from_bucket,
        to_bucket as outcome,
        bucket_place(to_bucket) as place,
        still_open as amount
    from rolled_forward
    union all
    select
        week_start,
        week_end,
        currency,
        from_bucket,
        'collected' as outcome,
        7 as place,
        collected as amount
    from rolled_forward
    union all
    select
        week_start,
        week_end,
        currency,
        from_bucket,
        'credited' as outcome,
        8 as place,
        credited as amount
    from rolled_forward
    union all
    select
        week_start,
        week_end,
        currency,
        from_bucket,
        'written_off' as outcome,
        9 as place,
        written_off as amount
    from rolled_forward
),

counted as (
    select
        week_end,
        currency,
        from_bucket,
        count(*) as n_of_row,
        sum(open_at_start) as opening
    from rolled_forward
    group by week_end, currency, from_bucket
)

select
    outcomes.week_start,
    outcomes.week_end,
    outcomes.currency,
    outcomes.from_bucket,
    outcomes.outcome,
    count(*) as n,
    any_value(counted.n_of_row) as n_of_row,
    any_value(counted.opening)::decimal(38, 3) as opening,
    sum(outcomes.amount)::decimal(38, 3) as amount,
    sum(outcomes.amount)::double / any_value(counted.opening)::double as share
from outcomes
inner join counted
    on
        outcomes.week_end = counted.week_end
        and outcomes.currency = counted.currency
        and outcomes.from_bucket = counted.from_bucket
where outcomes.amount > 0
group by
    outcomes.week_start, outcomes.week_end, outcomes.currency, outcomes.from_bucket,
    outcomes.outcome, outcomes.place
order by
    outcomes.currency, outcomes.week_end, bucket_place(outcomes.from_bucket), outcomes.place
