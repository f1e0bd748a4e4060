-- One row per decision that still stands on the day: the record's decisions less the undone ones.
with undone as (
    select payload ->> 'event_id' as event_id
    from ledger_entries
    where kind = 'undone'
)

select
    entries.seq,
    entries.event_id,
    entries.subject as case_id,
    entries.written_by as decided_by,
    entries.written_at,
    entries.on_day,
    entries.payload,
    entries.payload ->> 'verdict' as verdict,
    entries.payload ->> 'reason' as reason,
    entries.payload ->> 'lane' as lane,
    entries.payload ->> 'rule' as rule,
    entries.payload ->> 'new_lane' as new_lane,
    try_cast(entries.payload ->> 'hold_until' as date) as hold_until,
    try_cast(entries.payload ->> 'edit_rate' as double) as edit_rate,
    coalesce((entries.payload ->> 'protected_change')::boolean, false) as has_protected_change
from ledger_entries as entries
where
    entries.kind = 'decision'
    and entries.event_id not in (select undone.event_id from undone)
