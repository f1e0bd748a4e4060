-- title: Minutes to prepare a follow-up
-- unit: minutes
-- better: lower, as long as all human minutes fall too
-- Mean active minutes of the timed preparations that began in the week. Review, rework and
-- re-routing are counted apart, so that a chasing queue is not traded for a reviewing queue.
with items as (
    select
        prep_log.started_at::date as worked_on,
        prep_log.active_minutes,
        prep_log.kind
    from intake_prep_log as prep_log
    left join invoices on prep_log.invoice_id = invoices.invoice_id
    left join customers on invoices.customer_id = customers.customer_id
    where
        prep_log.fate = 0
        and prep_log.active_minutes > 0
        and (
            customers.customer_key is null
            or customers.customer_key in (select scope.customer_key from scope)
        )
)

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
left join items
    on
        items.worked_on > weeks.week_start
        and items.worked_on <= least(weeks.week_end, pilot.as_of)
group by weeks.week_start, weeks.week_end
order by weeks.week_start
