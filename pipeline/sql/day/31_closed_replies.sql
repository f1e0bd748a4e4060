-- One row per message that a person has closed and nobody has opened again: the newest closing.
-- It counts for the customer that the message was then, and for that text alone: another one
-- under the same id is another message, and open. What it asks for stops on until it is settled,
-- and a sensitive label keeps its guard (pipeline/replies/closing.py says which).
with reopened as (
    select payload ->> 'event_id' as event_id
    from ledger_entries
    where kind = 'reply_reopened'
),

standing as (
    select
        payload ->> 'message_id' as message_id,
        arg_max(payload, seq) as said,
        arg_max(written_by, seq) as closed_by,
        arg_max(on_day, seq) as closed_on,
        arg_max(event_id, seq) as event_id
    from ledger_entries
    where
        kind = 'reply_closed'
        and event_id not in (select reopened.event_id from reopened)
    group by all
),

closings as (
    select
        message_id,
        closed_by,
        closed_on,
        event_id,
        said ->> 'customer_id' as customer_id,
        said ->> 'stamp' as stamp,
        said ->> 'verdict' as verdict,
        said ->> 'label' as label,
        from_json(said -> 'labels', '["VARCHAR"]') as labels,
        from_json(said -> 'suggested', '["VARCHAR"]') as suggested,
        (said ->> 'is_unread')::boolean as was_unread,
        (said ->> 'is_settled')::boolean as is_settled
    from standing
)

select
    known.message_key,
    closings.* exclude (stamp),
    not list_has_any(
        closings.labels,
        ['ESCALATION_OR_LEGAL', 'BANK_DETAIL_RISK', 'DISPUTE', 'HARDSHIP_OR_PLAN']
    )
    and (
        closings.is_settled
        or not list_has_any(
            closings.labels,
            [
                'PO_OR_ADMIN_BLOCK', 'CONTACT_CHANGE', 'ALREADY_PAID', 'DOC_REQUEST',
                'PROMISE_TO_PAY'
            ]
        )
    ) as is_set_aside
from closings
inner join known_messages as known
    on
        closings.message_id = known.message_id
        and list_contains(known.candidates, closings.customer_id)
inner join intake_messages as it on known.message_key = it.rowid
where closings.stamp = message_stamp(it.message_id, it.sent_at, it.sender, it.subject, it.body)
