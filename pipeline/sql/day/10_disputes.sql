-- One row per dispute known on the day, from the exports and from the record.
-- What happened after the day is not known yet: it is blank here.
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
    where kind like 'dispute_%'
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
        min(written_at) filter (where kind = 'dispute_flagged') as flagged_at,
        max(try_cast(payload ->> 'amount' as decimal(18, 3))) filter (
            where kind = 'dispute_flagged'
        ) as amount,
        max(payload ->> 'reason') filter (where kind = 'dispute_flagged') as reason,
        'record' as origin,
        min(try_cast(payload ->> 'received_at' as timestamptz)::timestamp) as received_at,
        max(written_at) filter (where is_owners) as accepted_at,
        max_by(person, seq) filter (where is_owners) as accepted_by,
        max(written_at) filter (where kind = 'dispute_closed') as closed_at
    from owned
    group by subject, round
)

select * from exported
union all by name
select * from recorded
where invoice_id is not null
