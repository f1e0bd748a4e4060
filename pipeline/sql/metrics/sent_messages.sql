-- title: Messages that left, and what came of them
-- unit: messages
-- better: no complaint, nothing chased that was in dispute
-- One row per approved message that the outbox handed over (or may have). A complaint is an answer
-- within 30 days that speaks of escalation or legal steps, when a person has closed it as that;
-- open while its words sound like it, or like trouble that no rule understands, and nobody has
-- closed it. Chased in dispute: the customer's complaint about one of its invoices had come in
-- before the message left. Marked as harmful: a person said so of it, or had said that its draft
-- would do harm and let it go as it was. Paid before: one of them was settled by then. A bounce within 14 days
-- and a dispute raised afterwards are counted and are no harm by themselves.
with handed as (
    select
        payload ->> 'event_id' as event_id,
        min(written_at) as left_at,
        min(on_day) as left_on,
        bool_and(kind = 'hand_over_unknown') as is_in_doubt
    from ledger_entries
    where kind in ('handed_over', 'hand_over_unknown')
    group by all
),

sent as (
    select
        handed.*,
        approvals.subject as case_id,
        approvals.payload ->> 'customer_id' as customer_id,
        coalesce(marks.severity, approvals.payload ->> 'severity', '') as severity,
        approvals.payload ->> 'verdict' as verdict,
        from_json(approvals.payload -> 'invoice_ids', '["VARCHAR"]') as invoice_ids
    from handed
    inner join ledger_entries as approvals on handed.event_id = approvals.event_id
    inner join customers on approvals.payload ->> 'customer_id' = customers.customer_id
    left join override_marks as marks on handed.event_id = marks.event_id
    where customers.customer_key in (select scope.customer_key from scope)
),

answered as (
    select
        sent.event_id,
        count(*) filter (where list_contains(heard.labels, 'ESCALATION_OR_LEGAL')) as complaints,
        count(*) filter (
            where
            heard.labels is null
            and (
                list_contains(heard.suggested, 'ESCALATION_OR_LEGAL')
                or (heard.is_unread and heard.automatic is null)
            )
        ) as unread_complaints,
        count(*) filter (
            where heard.automatic = 'bounce' and heard.sent_at < sent.left_at + interval 14 day
        ) as bounces
    from sent
    inner join inbound_replies as heard
        on
            sent.customer_id = heard.customer_id
            and sent.left_at < heard.sent_at
            and sent.left_at + interval 30 day >= heard.sent_at
    group by sent.event_id
),

named as (
    select
        event_id,
        left_at,
        left_on,
        unnest(invoice_ids) as invoice_id
    from sent
),

disputed as (
    select
        named.event_id,
        count(*) filter (
            where
            coalesce(disputes.received_at, disputes.flagged_at) < named.left_at
            and coalesce(disputes.closed_at > named.left_at, true)
        ) as in_dispute,
        count(*) filter (where coalesce(disputes.received_at, disputes.flagged_at) >= named.left_at)
            as disputed_later
    from named
    inner join disputes on named.invoice_id = disputes.invoice_id
    group by named.event_id
),

settled as (
    select
        invoices.invoice_id,
        max(balances.to_on) as settled_on
    from invoices
    inner join balances on invoices.invoice_key = balances.invoice_key
    where
        balances.flavour in ('both', 'restated')
        and balances.balance > 0
        and invoices.invoice_id in (select named.invoice_id from named)
    group by invoices.invoice_id
),

paid as (
    select
        named.event_id,
        count(*) as paid_before
    from named
    inner join settled on named.invoice_id = settled.invoice_id
    where settled.settled_on < named.left_on
    group by named.event_id
)

select
    sent.left_on,
    sent.case_id,
    sent.customer_id,
    sent.is_in_doubt,
    sent.severity = 'did_harm'
    or (contains(sent.severity, 'harm') and sent.verdict = 'approve') as is_marked_harmful,
    coalesce(answered.complaints, 0) as complaints,
    coalesce(answered.unread_complaints, 0) as unread_complaints,
    coalesce(disputed.in_dispute, 0) as in_dispute,
    coalesce(disputed.disputed_later, 0) as disputed_later,
    coalesce(paid.paid_before, 0) as paid_before,
    coalesce(answered.bounces, 0) as bounces
from sent
left join answered on sent.event_id = answered.event_id
left join disputed on sent.event_id = disputed.event_id
left join paid on sent.event_id = paid.event_id
order by sent.left_on, sent.case_id
