-- title: Days sales outstanding, week by week
-- unit: days
-- better: lower
-- DSO as of the close of each week's last day, as restated, for segment and control (or for
-- everybody in scope while there is no segment). Period-end, best possible and countback are
-- counted as for one day.
with party as (
    select
        arms.arm,
        arms.customer_key
    from arms
    union all
    select
        'ALL' as arm,
        scope.customer_key
    from scope
    where not exists (select 1 as is_there from arms)
),

owed as (
    select
        party.arm,
        weeks.week_end,
        balances.currency,
        sum(balances.balance) as ar,
        sum(balances.balance) filter (
            where balances.due_on is null or balances.due_on >= weeks.week_end
        ) as not_due
    from balances
    inner join party on balances.customer_key = party.customer_key
    inner join weeks
        on balances.from_on <= weeks.week_end and balances.to_on > weeks.week_end
    where
        balances.flavour in ('both', 'restated')
        and not balances.is_credit
        and balances.balance > 0
    group by party.arm, weeks.week_end, balances.currency
),

billed_days as (
    select
        party.arm,
        receivables.currency,
        receivables.issued_on,
        sum(receivables.amount) as billed
    from receivables
    inner join party on receivables.customer_key = party.customer_key
    where not receivables.is_credit
    group by party.arm, receivables.currency, receivables.issued_on
),

billed as (
    select
        billed_days.arm,
        weeks.week_end,
        billed_days.currency,
        min(billed_days.issued_on) as first_billed_on,
        sum(billed_days.billed) as billed_in_all,
        sum(billed_days.billed) filter (
            where billed_days.issued_on > weeks.week_end - pilot.days
        ) as billings
    from billed_days
    inner join weeks on billed_days.issued_on <= weeks.week_end
    cross join pilot
    group by billed_days.arm, weeks.week_end, billed_days.currency
),

newest_first as (
    select
        billed_days.arm,
        weeks.week_end,
        billed_days.currency,
        billed_days.issued_on,
        billed_days.billed,
        sum(billed_days.billed) over (
            partition by billed_days.arm, weeks.week_end, billed_days.currency
            order by billed_days.issued_on desc
        ) as billed_since
    from billed_days
    inner join weeks on billed_days.issued_on <= weeks.week_end
),

exhausted as (
    select
        newest_first.arm,
        newest_first.week_end,
        newest_first.currency,
        max(newest_first.issued_on) as last_day,
        max_by(newest_first.billed, newest_first.issued_on) as last_billed,
        max_by(newest_first.billed_since, newest_first.issued_on) as billed_since
    from newest_first
    inner join owed
        on
            newest_first.arm = owed.arm
            and newest_first.week_end = owed.week_end
            and newest_first.currency = owed.currency
    where newest_first.billed_since >= owed.ar
    group by newest_first.arm, newest_first.week_end, newest_first.currency
)

select
    billed.arm,
    billed.week_end,
    billed.currency,
    billed.first_billed_on,
    billed.billed_in_all::decimal(38, 3) as billed_in_all,
    coalesce(owed.ar, 0)::decimal(38, 3) as ar,
    coalesce(owed.not_due, 0)::decimal(38, 3) as not_due,
    coalesce(billed.billings, 0)::decimal(38, 3) as billings,
    coalesce(owed.ar, 0)::double / nullif(billed.billings, 0)::double * pilot.days as period_end,
    coalesce(owed.not_due, 0)::double / nullif(billed.billings, 0)::double * pilot.days
        as best_possible,
    case
        when coalesce(owed.ar, 0) = 0 then 0
        when exhausted.last_day is not null then
            (billed.week_end - exhausted.last_day)
            + 1
            - (exhausted.billed_since - owed.ar)::double / exhausted.last_billed::double
    end as countback
from billed
cross join pilot
left join owed
    on
        billed.arm = owed.arm
        and billed.week_end = owed.week_end
        and billed.currency = owed.currency
left join exhausted
    on
        billed.arm = exhausted.arm
        and billed.week_end = exhausted.week_end
        and billed.currency = exhausted.currency
order by billed.week_end, billed.arm desc, billed.currency
