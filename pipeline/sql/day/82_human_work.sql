-- as: view
-- One row per timed piece of human work known by the day: from the prep log, from the stopwatch
-- and from the review page. What stands in both is counted once, as the record has it: a line of
-- the log with the id of an entry, or of the same customer, kind and minute of its start.
with taken_back as (
    select payload ->> 'event_id' as event_id
    from ledger_entries
    where kind = 'timing_undone'
),

recorded as (
    select
        ledger_entries.event_id as item_id,
        null::varchar as invoice_id,
        ledger_entries.written_by as person_id,
        ledger_entries.written_by as person_name,
        ledger_entries.payload ->> 'kind' as kind,
        ledger_entries.on_day as worked_on,
        (ledger_entries.payload ->> 'active_minutes')::double as active_minutes,
        split_part(ledger_entries.payload ->> 'case_id', '/', 1) as customer_id,
        ledger_entries.payload ->> 'lane' as lane,
        coalesce(ledger_entries.payload ->> 'instrument', 'review page') as origin,
        left(ledger_entries.payload ->> 'started_at', 16) as started_minute
    from ledger_entries
    where
        ledger_entries.kind = 'timing'
        and ledger_entries.event_id not in (
            select taken_back.event_id from taken_back where taken_back.event_id is not null
        )
),

people as (
    select
        person_id,
        min(name) as name
    from intake_people
    where fate = 0
    group by person_id
),

logged as (
    select
        prep_log.item_id,
        prep_log.invoice_id,
        prep_log.person_id,
        coalesce(people.name, prep_log.person_id) as person_name,
        prep_log.kind,
        prep_log.started_at::date as worked_on,
        prep_log.active_minutes::double as active_minutes,
        invoices.customer_id,
        null::varchar as lane,
        'prep log' as origin,
        strftime(prep_log.started_at, '%Y-%m-%dT%H:%M') as started_minute
    from intake_prep_log as prep_log
    cross join pilot
    left join invoices on prep_log.invoice_id = invoices.invoice_id
    left join people on prep_log.person_id = people.person_id
    where prep_log.fate = 0 and prep_log.started_at::date <= pilot.as_of
),

logged_only as (
    select logged.*
    from logged
    where
        not exists (
            select 1
            from recorded
            where
                recorded.item_id = logged.item_id
                or (
                    recorded.customer_id = logged.customer_id
                    and recorded.kind = logged.kind
                    and recorded.started_minute = logged.started_minute
                )
        )
),

together as (
    select * from logged_only
    union all
    select * from recorded
)

select
    together.item_id,
    together.invoice_id,
    together.customer_id,
    together.person_id,
    together.person_name,
    together.kind,
    together.lane,
    together.origin,
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
