-- The heart: one row per document and stretch of days on which its balance stood still
-- (from_on included, to_on not). Any day's books, aging or week is a filter on this table.
-- flavour: `restated` counts by effective day, `reported` from the day it was known;
-- `both` where the two never differ. excess is what was applied beyond the balance;
-- closes marks the stretch after which nothing is owed any more.
-- O(t) = amount issued by t - applications by t, never below zero (metrics 1.0).
with several as (
    select invoice_key
    from movements
    group by invoice_key
    having count(*) > 1
),

-- Most documents are untouched or settled by one movement: two stretches at most per flavour,
-- without adding up or sorting anything.
plain_documents as (
    select
        receivables.invoice_key,
        receivables.customer_key,
        receivables.currency,
        receivables.is_credit,
        receivables.due_on,
        receivables.amount,
        receivables.issued_on,
        receivables.known_on,
        single.effective_on as touched_on,
        single.known_on as touch_known_on,
        coalesce(single.amount, 0) as applied_amount,
        receivables.known_on > receivables.issued_on
        or coalesce(single.known_on > single.effective_on, false) as is_lagging
    from receivables
    left join movements as single on receivables.invoice_key = single.invoice_key
    where not exists (
        select 1 from several where several.invoice_key = receivables.invoice_key
    )
),

plain_stretches as (
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        least(issued_on, touched_on) as from_on,
        greatest(issued_on, touched_on) as to_on,
        case when issued_on < touched_on then amount else -applied_amount end as raw,
        amount - applied_amount as next_raw,
        case when is_lagging then 'restated' else 'both' end as flavour
    from plain_documents
    where touched_on <> issued_on
    union all
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        greatest(issued_on, coalesce(touched_on, issued_on)) as from_on,
        date '9999-12-31' as to_on,
        amount - applied_amount as raw,
        null as next_raw,
        case when is_lagging then 'restated' else 'both' end as flavour
    from plain_documents
    where amount <> applied_amount
    union all
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        least(known_on, touch_known_on) as from_on,
        greatest(known_on, touch_known_on) as to_on,
        case when known_on < touch_known_on then amount else -applied_amount end as raw,
        amount - applied_amount as next_raw,
        'reported' as flavour
    from plain_documents
    where is_lagging and touch_known_on <> known_on
    union all
    select
        invoice_key,
        customer_key,
        currency,
        is_credit,
        due_on,
        greatest(known_on, coalesce(touch_known_on, known_on)) as from_on,
        date '9999-12-31' as to_on,
        amount - applied_amount as raw,
        null as next_raw,
        'reported' as flavour
    from plain_documents
    where is_lagging and amount <> applied_amount
),

winding_movements as (
    select invoice_key, effective_on, known_on, amount
    from movements
    where invoice_key in (select several.invoice_key from several)
),

late as (
    select invoice_key, bool_or(known_on > effective_on) as is_late_known
    from winding_movements
    group by invoice_key
),

winding as (
    select
        receivables.*,
        receivables.known_on > receivables.issued_on or late.is_late_known as is_lagging
    from receivables
    inner join late on receivables.invoice_key = late.invoice_key
),

events as (
    select invoice_key, issued_on as day, amount as delta, false as is_reported
    from winding
    union all
    select invoice_key, effective_on as day, -amount as delta, false as is_reported
    from winding_movements
    union all
    select invoice_key, known_on as day, amount as delta, true as is_reported
    from winding
    where is_lagging
    union all
    select invoice_key, known_on as day, -amount as delta, true as is_reported
    from winding_movements
    where invoice_key in (select winding.invoice_key from winding where winding.is_lagging)
),

days as (
    select invoice_key, is_reported, day, sum(delta) as delta
    from events
    group by invoice_key, is_reported, day
),

winding_days as (
    select
        invoice_key,
        is_reported,
        day as from_on,
        coalesce(lead(day) over in_order, date '9999-12-31') as to_on,
        sum(delta) over (in_order rows unbounded preceding) as raw,
        lead(delta) over in_order as next_delta
    from days
    window in_order as (partition by invoice_key, is_reported order by day)
),

stretches as (
    select *
    from plain_stretches
    union all by name
    select
        winding_days.* exclude (next_delta),
        -- After the last day nothing follows, which closes nothing.
        winding_days.raw + winding_days.next_delta as next_raw,
        winding.customer_key,
        winding.currency,
        winding.is_credit,
        winding.due_on,
        case
            when winding_days.is_reported then 'reported'
            when winding.is_lagging then 'restated'
            else 'both'
        end as flavour
    from winding_days
    inner join winding on winding_days.invoice_key = winding.invoice_key
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
