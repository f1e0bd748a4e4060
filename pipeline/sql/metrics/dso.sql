-- title: Days sales outstanding
-- unit: days
-- better: lower
-- Period-end DSO = open invoices / billings of the last N days x N; best possible DSO counts
-- only what is not yet due; ADD is the difference. Countback takes daily billings off the open
-- amount, newest first, until it is used up; the last day counts in proportion. Billings are
-- invoices and debit notes as issued, tax included like the open amount.
with owed as (
    select
        balances.currency,
        sum(balances.balance) as ar,
        sum(balances.balance) filter (
            where balances.due_on is null or balances.due_on >= pilot.as_of
        ) as not_due
    from balances, pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
        and balances.customer_key in (select scope.customer_key from scope)
    group by balances.currency
),

billed_days as (
    select
        receivables.currency,
        receivables.issued_on,
        sum(receivables.amount) as billed
    from receivables, pilot
    where
        not receivables.is_credit
        and receivables.issued_on <= pilot.as_of
        and (pilot.flavour = 'restated' or receivables.known_on <= pilot.as_of)
        and receivables.customer_key in (select scope.customer_key from scope)
    group by receivables.currency, receivables.issued_on
),

billed as (
    select
        billed_days.currency,
        min(billed_days.issued_on) as first_billed_on,
        sum(billed_days.billed) as billed_in_all,
        sum(billed_days.billed) filter (
            where billed_days.issued_on > pilot.as_of - pilot.days
        ) as billings
    from billed_days, pilot
    group by billed_days.currency
),

newest_first as (
    select
        billed_days.currency,
        billed_days.issued_on,
        billed_days.billed,
        sum(billed_days.billed) over (
            partition by billed_days.currency order by billed_days.issued_on desc
        ) as billed_since
    from billed_days
),

exhausted as (
    select
        newest_first.currency,
        max(newest_first.issued_on) as last_day,
        max_by(newest_first.billed, newest_first.issued_on) as last_billed,
        max_by(newest_first.billed_since, newest_first.issued_on) as billed_since
    from newest_first
    inner join owed on newest_first.currency = owed.currency
    where newest_first.billed_since >= owed.ar
    group by newest_first.currency
)

select
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
            (pilot.as_of - exhausted.last_day)
            + 1
            - (exhausted.billed_since - owed.ar)::double / exhausted.last_billed::double
    end as countback
from billed
cross join pilot
left join owed on billed.currency = owed.currency
left join exhausted on billed.currency = exhausted.currency
order by billed.currency
