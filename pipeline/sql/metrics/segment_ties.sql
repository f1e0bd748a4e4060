-- title: Books against the ledger's own total at the last three month-ends
-- unit: currency
-- better: no difference
-- The newest three month-end control totals of each currency known on the day, and the books as
-- rebuilt for that day: open invoices less open credits less unapplied cash.
with controls as (
    select
        totals.as_of,
        totals.currency,
        totals.ar_amount
    from intake_control_totals as totals, pilot
    where
        totals.fate = 0
        and totals.as_of <= pilot.as_of
        and totals.as_of = last_day(totals.as_of)
    qualify
        dense_rank() over (partition by totals.currency order by totals.as_of desc) <= 3
),

parts as (
    select
        controls.currency,
        controls.as_of,
        -- A credit used beyond its amount is owed again.
        case when balances.is_credit then -1 else 1 end * (balances.balance - balances.excess)
            as amount
    from controls
    inner join balances
        on
            controls.currency = balances.currency
            and balances.from_on <= controls.as_of
            and balances.to_on > controls.as_of
    where balances.flavour in ('both', 'restated')
    union all
    select
        controls.currency,
        controls.as_of,
        -unapplied.amount as amount
    from controls
    inner join unapplied
        on
            controls.currency = unapplied.currency
            and unapplied.from_on <= controls.as_of
            and unapplied.to_on > controls.as_of
    where unapplied.flavour in ('both', 'restated')
),

books as (
    select
        currency,
        as_of,
        sum(amount) as amount
    from parts
    group by currency, as_of
)

select
    controls.currency,
    controls.as_of,
    coalesce(books.amount, 0)::decimal(38, 3) as books_amount,
    controls.ar_amount::decimal(38, 3) as control_amount,
    abs(coalesce(books.amount, 0) - controls.ar_amount) <= 0.005 * abs(controls.ar_amount) as is_ok
from controls
left join books on controls.currency = books.currency and controls.as_of = books.as_of
order by controls.currency, controls.as_of
