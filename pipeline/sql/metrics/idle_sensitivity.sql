-- title: Minutes an item, by the gap that counts as idle
-- unit: minutes
-- better: the same answer whichever gap is taken
-- Mean minutes of the items that the review page timed, had a gap between two actions of more than
-- 60, 120, 180 (the one used) or 300 seconds counted as idle. What was timed without its gaps, as
-- in a log, is not here.
with timed as (
    select
        payload ->> 'kind' as kind,
        split_part(payload ->> 'case_id', '/', 1) as customer_id,
        try_cast(payload ->> 'active_minutes' as double) as at_180,
        try_cast(payload ->> 'active_minutes_at_60' as double) as at_60,
        try_cast(payload ->> 'active_minutes_at_120' as double) as at_120,
        try_cast(payload ->> 'active_minutes_at_300' as double) as at_300
    from ledger_entries
    where kind = 'timing'
)

select
    timed.kind,
    count(*) as n,
    avg(timed.at_60) as at_60_seconds,
    avg(timed.at_120) as at_120_seconds,
    avg(timed.at_180) as at_180_seconds,
    avg(timed.at_300) as at_300_seconds
from timed
inner join customers on timed.customer_id = customers.customer_id
where
    timed.at_60 is not null
    and customers.customer_key in (select scope.customer_key from scope)
group by timed.kind
order by timed.kind
