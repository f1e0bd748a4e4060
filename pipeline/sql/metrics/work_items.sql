-- title: Minutes of human work
-- unit: minutes
-- better: fewer in all, not only fewer to prepare
-- One row per timed piece of work: preparing, reviewing, rework, re-routing, supervision, from
-- the prep log, the stopwatch and the review page, told apart as `origin`; what stands in the log
-- and in the record is counted once. Active minutes only; the machine's time does not count.
select
    item_id,
    invoice_id,
    customer_id,
    person_id,
    person_name,
    kind,
    lane,
    origin,
    worked_on,
    active_minutes
from human_work
order by worked_on, item_id
