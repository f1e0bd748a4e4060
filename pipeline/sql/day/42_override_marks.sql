-- One row per decision of which a person has said how much it mattered: the newest mark
-- (arg_max_null: nothing, where that was taken back).
with marked as (
    select
        payload ->> 'event_id' as event_id,
        arg_max_null(payload ->> 'severity', seq) as severity,
        arg_max_null(payload ->> 'note', seq) as note,
        arg_max(written_by, seq) as marked_by,
        arg_max(event_id, seq) as mark_id
    from ledger_entries
    where kind = 'override_marked'
    group by payload ->> 'event_id'
)

select *
from marked
where severity is not null
