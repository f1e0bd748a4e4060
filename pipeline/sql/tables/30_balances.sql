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
        min(known_on) as first_known_on,
        max(known_on) as last_known_on,
        sum(amount) as amount,
        bool_or(known_on > effective_on) as is_late_known
    from movements
    group by invoice_key
),

documents as (
    select
        receivables.*,
        applied.first_on as applied_on,
        applied.first_known_on as applied_known_on,
        coalesce(applied.amount, 0) as applied_amount,
        receivables.known_on > receivables.issued_on or coalesce(applied.is_late_known, false)
            as is_lagging,
        coalesce(
            applied.first_on < applied.last_on or applied.first_known_on < applied.last_known_on,
            false
        ) as is_paid_in_parts
    from receivables
    left join applied on receivables.invoice_key = applied.invoice_key
),

-- Most documents are untouched or settled on one day: two stretches at most per flavour, without
-- sorting anything.
plain as (
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        amount,
        applied_amount,
        issued_on as begins_on,
        applied_on as touched_on,
        case when is_lagging then 'restated' else 'both' end as flavour
    from documents
    where not is_paid_in_parts
    union all
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        amount,
        applied_amount,
        known_on as begins_on,
        applied_known_on as touched_on,
        'reported' as flavour
    from documents
    where is_lagging and not is_paid_in_parts
),

plain_stretches as (
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        least(begins_on, touched_on) as from_on,
        greatest(begins_on, touched_on) as to_on,
        case when begins_on < touched_on then amount else -applied_amount end as raw,
        amount - applied_amount as next_raw,
        flavour
    from plain
    where touched_on <> begins_on
    union all
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        greatest(begins_on, coalesce(touched_on, begins_on)) as from_on,
        date '9999-12-31' as to_on,
        amount - applied_amount as raw,
        null as next_raw,
        flavour
    from plain
),

winding as (
    select *
    from documents
    where is_paid_in_parts
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
        coalesce(lead(day) over in_order, date '9999-12-31') as to_on,
        sum(delta) over (in_order rows unbounded preceding) as raw,
        -- After the last day nothing follows: raw itself, which closes nothing.
        sum(delta) over (in_order rows between unbounded preceding and 1 following) as next_raw
    from days
    window in_order as (partition by invoice_key, is_reported order by day)
),

stretches as (
    select *
    from plain_stretches
    union all by name
    select
        winding_stretches.*,
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
