-- title: Minutes to prepare a follow-up
-- unit: minutes
-- better: lower, as long as all human minutes fall too
-- Mean active minutes of the timed preparations that began in the week. Review, rework and
-- re-routing are counted apart, so that a chasing queue is not traded for a reviewing queue.
select
    weeks.week_start,
    weeks.week_end,
    count(items.worked_on) filter (where items.kind = 'prep') as n,
    avg(items.active_minutes) filter (where items.kind = 'prep') as prep_minutes,
    coalesce(sum(items.active_minutes) filter (where items.kind = 'prep'), 0) as prep_total,
    coalesce(sum(items.active_minutes) filter (where items.kind = 'review'), 0) as review_total,
    coalesce(sum(items.active_minutes) filter (where items.kind = 'rework'), 0) as rework_total,
    coalesce(sum(items.active_minutes) filter (where items.kind = 'reroute'), 0) as reroute_total
from weeks
cross join pilot
left join human_work as items
    on
        items.worked_on > weeks.week_start
        and items.worked_on <= least(weeks.week_end, pilot.as_of)
group by weeks.week_start, weeks.week_end
order by weeks.week_start
