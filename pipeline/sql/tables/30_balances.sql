-- The heart: one row per document and stretch of days on which its balance stood still
-- (from_on included, to_on not). Any day's books, aging or week is a filter on this table.
-- flavour: `restated` counts by effective day, `reported` from the day it was known;
-- `both` where the two never differ. excess is what was applied beyond the balance;
-- closes marks the stretch after which nothing is owed any more.
-- O(t) = amount issued by t - applications by t, never below zero (metrics 1.0).
with lagging as (
    select invoice_key from receivables
    where known_on > issued_on
    union
    select invoice_key from movements
    where known_on > effective_on
),

events as (
    select invoice_key, issued_on as day, amount as delta, false as is_reported
    from receivables
    union all
    select invoice_key, effective_on as day, -amount as delta, false as is_reported
    from movements
    union all
    select invoice_key, known_on as day, amount as delta, true as is_reported
    from receivables
    where invoice_key in (select lagging.invoice_key from lagging)
    union all
    select invoice_key, known_on as day, -amount as delta, true as is_reported
    from movements
    where invoice_key in (select lagging.invoice_key from lagging)
),

days as (
    select invoice_key, is_reported, day, sum(delta) as delta
    from events
    group by invoice_key, is_reported, day
),

stretches as (
    select
        invoice_key,
        is_reported,
        day as from_on,
        coalesce(
            lead(day) over (partition by invoice_key, is_reported order by day), date '9999-12-31'
        ) as to_on,
        sum(delta) over (partition by invoice_key, is_reported order by day)::decimal(18, 3) as raw
    from days
),

endings as (
    select
        *,
        lead(raw) over (partition by invoice_key, is_reported order by from_on) as next_raw
    from stretches
)

select
    stretches.invoice_key,
    receivables.customer_key,
    receivables.currency,
    receivables.is_credit,
    receivables.due_on,
    stretches.from_on,
    stretches.to_on,
    greatest(stretches.raw, 0)::decimal(18, 3) as balance,
    greatest(-stretches.raw, 0)::decimal(18, 3) as excess,
    stretches.raw > 0 and coalesce(stretches.next_raw <= 0, false) as closes,
    case
        when stretches.is_reported then 'reported'
        when lagging.invoice_key is null then 'both'
        else 'restated'
    end as flavour
from endings as stretches
inner join receivables on stretches.invoice_key = receivables.invoice_key
left join lagging on stretches.invoice_key = lagging.invoice_key
where stretches.raw <> 0
