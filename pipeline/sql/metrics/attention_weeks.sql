-- title: Attention
-- unit: planted defects caught of those shown; seconds a decided draft was looked at
-- better: defects caught, and time that does not collapse
-- Now and then a draft is shown with a planted defect, which never leaves. Approving it misses it;
-- mending, holding, moving or rejecting it catches it. Seconds are active ones, idle time left out,
-- of every decision on a draft. Counted for the team, never for a person.
with shown as (
    select
        on_day,
        (payload ->> 'is_caught')::boolean as is_caught
    from ledger_entries
    where kind = 'seeded_check_answered'
),

seeded as (
    select
        weeks.week_end,
        count(*) as n,
        count(*) filter (where shown.is_caught) as k
    from weeks
    inner join shown on weeks.week_start < shown.on_day and weeks.week_end >= shown.on_day
    group by weeks.week_end
),

looked_at as (
    select
        weeks.week_end,
        count(*) as decisions,
        median(try_cast(decided.payload ->> 'review_seconds' as double)) as review_seconds
    from weeks
    inner join judged_decisions as decided
        on weeks.week_start < decided.on_day and weeks.week_end >= decided.on_day
    where decided.payload ->> 'review_seconds' is not null
    group by weeks.week_end
)

select
    weeks.week_start,
    weeks.week_end,
    coalesce(seeded.n, 0) as n,
    coalesce(seeded.k, 0) as k,
    coalesce(looked_at.decisions, 0) as decisions,
    looked_at.review_seconds
from weeks
left join seeded on weeks.week_end = seeded.week_end
left join looked_at on weeks.week_end = looked_at.week_end
order by weeks.week_start
