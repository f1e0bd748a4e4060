-- title: Defects after sending
-- unit: messages that left, and those of them that should not have
-- better: none in a hundred
-- One row per approved message handed over by the outbox. It bounced, when a delivery failure of
-- that customer came within 14 days; wrong person, when an answer within 30 days names another
-- contact; dispute discovered, when one of its invoices was flagged within 30 days after it left;
-- apology, when we wrote to that customer within 30 days to say sorry. A message with any of them
-- is one defect.
with handed as (
    select
        handed.payload ->> 'event_id' as event_id,
        min(handed.written_at) as left_at,
        min(handed.on_day) as left_on
    from ledger_entries as handed
    where handed.kind = 'handed_over'
    group by handed.payload ->> 'event_id'
),

sent as (
    select
        handed.event_id,
        handed.left_at,
        handed.left_on,
        approvals.subject as case_id,
        approvals.payload ->> 'customer_id' as customer_id,
        from_json(approvals.payload -> 'invoice_ids', '["VARCHAR"]') as invoice_ids
    from handed
    inner join ledger_entries as approvals on handed.event_id = approvals.event_id
    inner join customers on approvals.payload ->> 'customer_id' = customers.customer_id
    where customers.customer_key in (select scope.customer_key from scope)
),

answered as (
    select
        sent.event_id,
        bool_or(heard.automatic = 'bounce' and heard.sent_at < sent.left_at + interval 14 day)
            as is_bounced,
        bool_or(
            list_contains(coalesce(heard.labels, heard.suggested), 'CONTACT_CHANGE')
        ) as is_wrong_person
    from sent
    inner join inbound_replies as heard
        on
            sent.customer_id = heard.customer_id
            and sent.left_at < heard.sent_at
            and sent.left_at + interval 30 day >= heard.sent_at
    group by sent.event_id
),

disputed as (
    select distinct sent.event_id
    from sent
    inner join disputes
        on
            list_contains(sent.invoice_ids, disputes.invoice_id)
            and sent.left_at < disputes.flagged_at
            and sent.left_at + interval 30 day >= disputes.flagged_at
),

apologised as (
    select distinct sent.event_id
    from sent
    inner join matched_messages as ours
        on
            sent.customer_id = ours.customer_id
            and ours.direction = 'out'
            and sent.left_at < ours.sent_at
            and sent.left_at + interval 30 day >= ours.sent_at
    inner join intake_messages as letters on ours.message_key = letters.rowid
    where regexp_matches(lower(letters.body), '\b(apologi[sz]e|apologies|apology|sorry)\b')
)

select
    sent.left_on,
    sent.case_id,
    sent.customer_id,
    coalesce(answered.is_bounced, false) as is_bounced,
    coalesce(answered.is_wrong_person, false) as is_wrong_person,
    disputed.event_id is not null as is_dispute_discovered,
    apologised.event_id is not null as is_apologised,
    coalesce(answered.is_bounced, false)
    or coalesce(answered.is_wrong_person, false)
    or disputed.event_id is not null
    or apologised.event_id is not null as is_defect
from sent
left join answered on sent.event_id = answered.event_id
left join disputed on sent.event_id = disputed.event_id
left join apologised on sent.event_id = apologised.event_id
order by sent.left_on, sent.case_id
