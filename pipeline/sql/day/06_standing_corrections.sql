-- One row per cell of the exports that a person has corrected and whose correction counts on the
-- day: not taken back, and confirmed by a second person where one is needed. The newest one per
-- cell. `exported` is what the export said then: once it says something else, the export is the
-- newer truth and the correction rests (see corrected_invoices and its like).
with proposed as (
    select
        event_id,
        seq,
        written_by,
        written_at,
        on_day,
        payload ->> 'kind' as of_kind,
        payload ->> 'key' as of_key,
        coalesce((payload ->> 'needs_second')::boolean, true) as needs_second,
        unnest(
            from_json(
                payload -> 'changes',
                '[{"column": "VARCHAR", "old": "VARCHAR", "new": "VARCHAR", "exported": "VARCHAR"}]'
            )
        ) as change
    from ledger_entries
    where kind = 'correction_proposed'
),

confirmed as (
    select
        payload ->> 'event_id' as event_id,
        seq,
        written_by,
        written_at
    from ledger_entries
    where kind = 'correction_confirmed'
),

undone as (
    select payload ->> 'event_id' as event_id
    from ledger_entries
    where kind = 'correction_undone'
),

counting as (
    select
        proposed.*,
        confirmed.written_by as confirmed_by,
        coalesce(confirmed.seq, proposed.seq) as counts_from,
        coalesce(confirmed.written_at, proposed.written_at) as counts_from_at
    from proposed
    left join confirmed
        on
            proposed.event_id = confirmed.event_id
            and lower(trim(proposed.written_by)) <> lower(trim(confirmed.written_by))
    anti join undone on proposed.event_id = undone.event_id
    where not proposed.needs_second or confirmed.event_id is not null
)

select
    event_id,
    seq,
    of_kind,
    of_key,
    change['column'] as of_column,
    change['old'] as old_value,
    change['new'] as new_value,
    change['exported'] as exported,
    written_by as corrected_by,
    confirmed_by,
    on_day as corrected_on,
    counts_from_at as corrected_at
from counting
qualify row_number() over (
    partition by of_kind, of_key, change['column'] order by counts_from desc
) = 1
