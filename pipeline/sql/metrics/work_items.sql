-- title: Minutes of human work
-- unit: minutes
-- better: fewer in all, not only fewer to prepare
-- One row per timed piece of work: preparing, reviewing, rework, re-routing, supervision, from
-- the prep log and from the record. Active minutes only; the machine's time does not count.
with logged as (
    select
        prep_log.item_id,
        prep_log.invoice_id,
        prep_log.person_id,
        prep_log.kind,
        prep_log.started_at::date as worked_on,
        prep_log.active_minutes,
        invoices.customer_id
    from intake_prep_log as prep_log
    cross join pilot
    left join invoices on prep_log.invoice_id = invoices.invoice_id
    where prep_log.fate = 0 and prep_log.started_at::date <= pilot.as_of
),

recorded as (
    select
        event_id as item_id,
        null as invoice_id,
        written_by as person_id,
        payload ->> 'kind' as kind,
        on_day as worked_on,
        (payload ->> 'active_minutes')::double as active_minutes,
        split_part(payload ->> 'case_id', '/', 1) as customer_id
    from ledger_entries
    where kind = 'timing'
),

together as (
    select * from logged
    union all
    select * from recorded
)

select
    together.item_id,
    together.invoice_id,
    together.customer_id,
    together.person_id,
    together.kind,
    together.worked_on,
    together.active_minutes
from together
left join customers on together.customer_id = customers.customer_id
where
    together.active_minutes > 0
    and (
        customers.customer_key is null
        or customers.customer_key in (select scope.customer_key from scope)
    )
order by together.worked_on, together.item_id
