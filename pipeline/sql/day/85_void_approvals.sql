-- One row per approved message that must not go any more, because its address was suspended after
-- the approval: the case comes back to review.
select
    decisions.event_id,
    decisions.case_id,
    decisions.decided_by,
    decisions.payload ->> 'to' as address,
    suspended.message_id,
    suspended.suspended_at,
    suspended.why
from standing_decisions as decisions
inner join contacts_now
    on
        lower(decisions.payload ->> 'to') = lower(contacts_now.email)
        and contacts_now.suspended_by is not null
inner join suspended_addresses as suspended on lower(contacts_now.email) = suspended.email
anti join ledger_entries as handed
    on
        handed.kind = 'handed_over'
        and decisions.case_id = handed.subject
        and decisions.seq < handed.seq
where decisions.verdict in ('approve', 'edit')
qualify row_number() over (partition by decisions.event_id order by suspended.suspended_at desc) = 1
