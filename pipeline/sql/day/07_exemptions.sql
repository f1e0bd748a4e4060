-- One row per exemption in force on the day: one check, one invoice or one customer, a person, a
-- reason, a last day. After its last day it counts no more; nobody has to remember to end it.
with ended as (
    select payload ->> 'event_id' as event_id
    from ledger_entries
    where kind = 'exemption_ended'
),

granted as (
    select
        event_id,
        seq,
        payload ->> 'check' as check_name,
        payload ->> 'invoice_id' as invoice_id,
        payload ->> 'customer_id' as customer_id,
        payload ->> 'reason' as reason,
        try_cast(payload ->> 'expires_on' as date) as expires_on,
        written_by as granted_by,
        on_day as granted_on
    from ledger_entries
    where kind = 'exemption_granted'
)

select
    granted.*,
    'Exempt until ' || granted.expires_on || ' by ' || granted.granted_by || ': '
    || granted.reason as said
from granted
cross join pilot
anti join ended on granted.event_id = ended.event_id
where granted.expires_on >= pilot.as_of
