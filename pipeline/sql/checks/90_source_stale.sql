-- title: Export out of date
-- severity: warns
-- fix: Export it again and load it.
-- consequence: Out of date, {exports}: what was paid or said since then is missing, while {amount} is past due.
-- An export whose newest day lies too far back: payments three days, the others longer. Contacts
-- carry no day of export, only of the newest confirmation: their age is the contacts' own finding.
with past_due as (
    select
        currency,
        sum(open_amount)::decimal(38, 3) as amount
    from open_invoices
    where days_past_due > 0
    group by currency
),

-- The money stands beside the first of them, so that it counts once.
stale as (
    select
        *,
        place = min(place) over () as is_first
    from source_freshness
    where is_stale and source <> 'contacts'
)

select
    null::varchar as invoice_id,
    null::varchar as customer_id,
    null::varchar as customer_name,
    coalesce(past_due.amount, 0)::decimal(38, 3) as amount,
    coalesce(past_due.currency, pilot.currency) as currency,
    replace(freshness.source, '_', ' ') as subject,
    'The newest of the ' || replace(freshness.source, '_', ' ') || ' is of ' || freshness.newest_on
    || ', ' || freshness.days_old || ' days ago.' as because,
    'Export the ' || replace(freshness.source, '_', ' ') || ' again and load them.' as proposed_fix,
    'Finance lead' as fixer
from stale as freshness
cross join pilot
left join past_due on freshness.is_first
