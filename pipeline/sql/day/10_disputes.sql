-- One row per dispute known on the day, from the exports and from the record.
-- What happened after the day is not known yet: it is blank here. A step that was taken back
-- never happened. An exported dispute that is worked on in the record stays one row: the flag,
-- the reason and the amount are the export's, an owner or a close that the export lacks is ours.
with exported as (
    select
        disputes.dispute_id,
        disputes.invoice_id,
        disputes.flagged_at,
        disputes.amount,
        disputes.reason,
        'export' as origin,
        case when disputes.received_at::date <= pilot.as_of then disputes.received_at end
            as received_at,
        case when disputes.accepted_at::date <= pilot.as_of then disputes.accepted_at end
            as accepted_at,
        case when disputes.accepted_at::date <= pilot.as_of then disputes.accepted_by end
            as accepted_by,
        case when disputes.closed_at::date <= pilot.as_of then disputes.closed_at end as closed_at
    from intake_disputes as disputes, pilot
    where disputes.fate = 0 and disputes.flagged_at::date <= pilot.as_of
),

taken_back as (
    select payload ->> 'event_id' as event_id
    from ledger_entries
    where kind = 'dispute_undone'
),

steps as (
    select
        subject,
        kind,
        seq,
        written_at,
        payload,
        written_by as person,
        count(*) filter (where kind = 'dispute_flagged') over (partition by subject order by seq)
            as round
    from ledger_entries
    where
        kind like 'dispute_%'
        and kind <> 'dispute_undone'
        and event_id not in (select taken_back.event_id from taken_back)
),

-- The owner is who accepts after the last hand-on: an earlier acceptance stops no clock.
owned as (
    select
        *,
        kind = 'dispute_accepted' and seq > coalesce(
            max(seq) filter (where kind = 'dispute_assigned') over (partition by subject, round),
            0
        ) as is_owners
    from steps
),

recorded as (
    select
        'record:' || subject || ':' || round as dispute_id,
        min(payload ->> 'invoice_id') as invoice_id,
        max(payload ->> 'adopts') filter (where kind = 'dispute_flagged') as adopts,
        min(written_at) filter (where kind = 'dispute_flagged') as flagged_at,
        max(try_cast(payload ->> 'amount' as decimal(18, 3))) filter (
            where kind = 'dispute_flagged'
        ) as amount,
        max(payload ->> 'reason') filter (where kind = 'dispute_flagged') as reason,
        'record' as origin,
        min(try_cast(payload ->> 'received_at' as timestamptz)::timestamp) as received_at,
        max(written_at) filter (where is_owners) as accepted_at,
        max_by(person, seq) filter (where is_owners) as accepted_by,
        max(written_at) filter (where kind = 'dispute_closed') as closed_at,
        max_by(payload ->> 'owner', seq) filter (where kind = 'dispute_assigned') as assigned_to,
        count(*) filter (where kind = 'dispute_assigned') as assignments,
        min(written_at) filter (where kind = 'dispute_assigned') as first_assigned_at,
        count(*) filter (where kind = 'dispute_evidence') as evidence_notes,
        max_by(payload ->> 'note', seq) filter (where kind = 'dispute_evidence') as evidence,
        max_by(payload ->> 'decision', seq) filter (where kind = 'dispute_decided') as decision,
        max_by(payload ->> 'outcome', seq) filter (where kind = 'dispute_closed') as outcome
    from owned
    group by subject, round
),

adopted as (
    select
        exported.* exclude (accepted_at, accepted_by, closed_at),
        -- Handed on here, it waits for its new owner, whoever had it there.
        case
            when coalesce(recorded.assignments, 0) > 0 then recorded.accepted_at
            else exported.accepted_at
        end as accepted_at,
        case
            when coalesce(recorded.assignments, 0) > 0 then recorded.accepted_by
            else exported.accepted_by
        end as accepted_by,
        coalesce(exported.closed_at, recorded.closed_at) as closed_at,
        recorded.assigned_to,
        coalesce(recorded.assignments, 0) as assignments,
        recorded.first_assigned_at,
        coalesce(recorded.evidence_notes, 0) as evidence_notes,
        recorded.evidence,
        recorded.decision,
        recorded.outcome
    from exported
    left join recorded
        on
            exported.dispute_id = recorded.adopts
            and exported.invoice_id = recorded.invoice_id
)

select * from adopted -- noqa: AM07
union all by name
select recorded.* exclude (adopts)
from recorded
left join exported
    on
        recorded.adopts = exported.dispute_id
        and recorded.invoice_id = exported.invoice_id
where recorded.invoice_id is not null and exported.dispute_id is null
