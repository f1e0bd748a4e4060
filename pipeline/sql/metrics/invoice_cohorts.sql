-- title: Collected by invoice month
-- unit: share of what was billed
-- better: higher, sooner
-- Of the invoices issued in a month, the share of their value that had come in as cash so many
-- days after each was issued. A cell is mature once every invoice of the month is that old;
-- before, it is blank. Credits, discounts and tax withheld are no cash, so few months reach 100%.
with documents as (
    select
        receivables.invoice_key,
        receivables.currency,
        receivables.issued_on,
        receivables.amount,
        date_trunc('month', receivables.issued_on)::date as month_from
    from receivables, pilot
    where
        not receivables.is_credit
        and receivables.amount > 0
        and receivables.issued_on <= pilot.as_of
        and receivables.issued_on >= date_trunc('month', pilot.as_of) - interval 18 months
        and receivables.customer_key in (select scope.customer_key from scope)
),

paid as (
    select
        documents.invoice_key,
        documents.currency,
        documents.month_from,
        documents.amount,
        greatest(0, movements.effective_on - documents.issued_on) as age,
        sum(movements.amount) as paid
    from documents
    inner join movements on documents.invoice_key = movements.invoice_key
    cross join pilot
    where movements.kind in ('cash', 'reversal') and movements.effective_on <= pilot.as_of
    group by all
),

-- Never more than the invoice: what is beyond it waits as unapplied cash.
levels as (
    select
        invoice_key,
        currency,
        month_from,
        age,
        greatest(
            0, least(amount, sum(paid) over (partition by invoice_key order by age))
        ) as level
    from paid
),

steps as (
    select
        currency,
        month_from,
        age,
        level - coalesce(lag(level) over (partition by invoice_key order by age), 0) as amount
    from levels
),

by_age as (
    select
        currency,
        month_from,
        age,
        sum(amount) as amount
    from steps
    group by currency, month_from, age
),

months as (
    select
        currency,
        month_from,
        count(*) as n,
        sum(amount) as billed
    from documents
    group by currency, month_from
),

grid as (
    select
        months.*,
        ages.age::integer as age_days,
        last_day(months.month_from) + ages.age::integer <= pilot.as_of as is_mature
    from months
    cross join pilot
    cross join generate_series(0, 90, 5) as ages (age)
)

select
    grid.currency,
    grid.month_from,
    grid.age_days,
    grid.n,
    grid.is_mature,
    grid.billed::decimal(38, 3) as billed,
    case when grid.is_mature then coalesce(sum(by_age.amount), 0) end::decimal(38, 3) as collected,
    case
        when grid.is_mature then coalesce(sum(by_age.amount), 0)::double / grid.billed::double
    end as share
from grid
left join by_age
    on
        grid.currency = by_age.currency
        and grid.month_from = by_age.month_from
        and grid.age_days >= by_age.age
group by
    grid.currency, grid.month_from, grid.age_days, grid.n, grid.is_mature, grid.billed
order by grid.currency, grid.month_from, grid.age_days
