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
where
    decisions.verdict in ('approve', 'edit')
    and not exists (
        select 1
        from ledger_entries as handed
        where
            handed.kind = 'handed_over'
            and handed.subject = decisions.case_id
            and handed.seq > decisions.seq
    )
qualify row_number() over (partition by decisions.event_id order by suspended.suspended_at desc) = 1
