-- The heart: one row per document and stretch of days on which its balance stood still
-- (from_on included, to_on not). Any day's books, aging or week is a filter on this table.
-- flavour: `restated` counts by effective day, `reported` from the day it was known;
-- `both` where the two never differ. excess is what was applied beyond the balance;
-- closes marks the stretch after which nothing is owed any more.
-- O(t) = amount issued by t - applications by t, never below zero (metrics 1.0).
with applied as (
    select
        invoice_key,
        min(effective_on) as first_on,
        max(effective_on) as last_on,
        sum(amount) as amount,
        bool_or(known_on > effective_on) as is_late_known
    from movements
    group by invoice_key
),

documents as (
    select
        receivables.*,
        applied.first_on as applied_on,
        coalesce(applied.amount, 0) as applied_amount,
        receivables.known_on > receivables.issued_on or coalesce(applied.is_late_known, false)
            as is_lagging,
        coalesce(applied.first_on < applied.last_on, false) as is_paid_in_parts
    from receivables
    left join applied on receivables.invoice_key = applied.invoice_key
),

-- Most documents are untouched or settled on one day, and known at once: two stretches at most,
-- without sorting anything.
plain as (
    select *
    from documents
    where not is_lagging and not is_paid_in_parts
),

plain_stretches as (
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        least(issued_on, applied_on) as from_on,
        greatest(issued_on, applied_on) as to_on,
        case when issued_on < applied_on then amount else -applied_amount end as raw,
        amount - applied_amount as next_raw
    from plain
    where applied_on <> issued_on
    union all
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        greatest(issued_on, coalesce(applied_on, issued_on)) as from_on,
        date '9999-12-31' as to_on,
        amount - applied_amount as raw,
        null as next_raw
    from plain
),

winding as (
    select *
    from documents
    where is_lagging or is_paid_in_parts
),

events as (
    select invoice_key, issued_on as day, amount as delta, false as is_reported
    from winding
    union all
    select movements.invoice_key, movements.effective_on as day, -movements.amount as delta,
        false as is_reported
    from movements
    inner join winding on movements.invoice_key = winding.invoice_key
    union all
    select invoice_key, known_on as day, amount as delta, true as is_reported
    from winding
    where is_lagging
    union all
    select movements.invoice_key, movements.known_on as day, -movements.amount as delta,
        true as is_reported
    from movements
    inner join winding on movements.invoice_key = winding.invoice_key
    where winding.is_lagging
),

days as (
    select invoice_key, is_reported, day, sum(delta) as delta
    from events
    group by invoice_key, is_reported, day
),

winding_stretches as (
    select
        invoice_key,
        is_reported,
        day as from_on,
        coalesce(
            lead(day) over (partition by invoice_key, is_reported order by day), date '9999-12-31'
        ) as to_on,
        sum(delta) over (partition by invoice_key, is_reported order by day) as raw
    from days
),

stretches as (
    select *, 'both' as flavour
    from plain_stretches
    union all by name
    select
        winding_stretches.*,
        lead(winding_stretches.raw) over (
            partition by winding_stretches.invoice_key, winding_stretches.is_reported
            order by winding_stretches.from_on
        ) as next_raw,
        winding.customer_key,
        winding.currency,
        winding.is_credit,
        winding.due_on,
        case
            when winding_stretches.is_reported then 'reported'
            when winding.is_lagging then 'restated'
            else 'both'
        end as flavour
    from winding_stretches
    inner join winding on winding_stretches.invoice_key = winding.invoice_key
)

select
    invoice_key,
    customer_key,
    currency,
    is_credit,
    due_on,
    from_on,
    to_on,
    -- Beyond what a column of money holds nothing is counted any more, but nothing breaks either.
    greatest(least(raw, 900000000000000), 0)::decimal(18, 3) as balance,
    greatest(least(-raw, 900000000000000), 0)::decimal(18, 3) as excess,
    raw > 0 and coalesce(next_raw <= 0, false) as closes,
    flavour
from stretches
where raw <> 0
