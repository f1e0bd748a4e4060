-- One row per currency with a control total known on the day: the newest one, against the books
-- rebuilt as of its own day (open invoices less open credits less unapplied cash).
with controls as (
    select
        totals.as_of,
        totals.currency,
        totals.ar_amount
    from intake_control_totals as totals, pilot
    where totals.fate = 0 and totals.as_of <= pilot.as_of
    qualify row_number() over (partition by totals.currency order by totals.as_of desc) = 1
),

parts as (
    select
        controls.currency,
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
        sum(amount) as amount
    from parts
    group by currency
)

select
    controls.as_of,
    controls.currency,
    coalesce(books.amount, 0)::decimal(38, 3) as books_amount,
    controls.ar_amount::decimal(38, 3) as control_amount,
    (coalesce(books.amount, 0) - controls.ar_amount)::decimal(38, 3) as difference
from controls
left join books on controls.currency = books.currency
order by controls.currency
