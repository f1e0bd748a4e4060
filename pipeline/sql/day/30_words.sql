-- What customers wrote in the last 90 days, and what it smells of. Words only ever tighten:
-- they can stop a follow-up, never release one. Several smells may be true at once. Read are the
-- new words and the signature, not what the message quotes: our own reminder is no dispute. What
-- they mean was said when they were read (pipeline/replies): one definition for every guard.
-- A thread about two customers tightens both, so that no message in it can unmatch another.
-- A model's labels (model_labels) are added to those of the rules and take none of them away.
-- What a person has closed means what that person says (closed_replies), to that customer alone:
-- then, and only then, words can stop meaning what they seemed to.
with inbound as (
    select
        messages.message_id,
        messages.customer_id,
        messages.invoice_id,
        messages.sent_at,
        case
            when coalesce(closed.is_set_aside, false) then []
            else coalesce(
                closed.labels,
                list_concat(coalesce(texts.labels, []), coalesce(by_model.labels, []))
            )
        end as labels,
        closed.message_key is null and coalesce(texts.is_unread, true) as is_unread
    from (select
        * exclude (customer_id),
        unnest(candidates) as customer_id
    from known_messages) as messages
    cross join pilot
    inner join loads
        on messages.file_id = loads.file_id and loads.kind = 'messages' and not loads.is_derived
    left join message_texts as texts
        on
            messages.file_id = texts.file_id
            and messages.message_key - loads.first_row = texts.place
    left join closed_replies as closed
        on
            messages.message_key = closed.message_key
            and messages.customer_id = closed.customer_id
    left join model_labels as by_model
        on
            messages.message_key = by_model.message_key
            and messages.customer_id = by_model.customer_id
    where
        coalesce(messages.direction, 'in') = 'in'
        and messages.sent_at::date between pilot.as_of - 90 and pilot.as_of
)

select
    message_id,
    customer_id,
    invoice_id,
    sent_at,
    is_unread,
    list_contains(labels, 'DISPUTE') as smells_disputed,
    list_contains(labels, 'ALREADY_PAID') as smells_paid,
    list_contains(labels, 'BANK_DETAIL_RISK') as smells_of_bank_change,
    list_contains(labels, 'ESCALATION_OR_LEGAL') as smells_escalated,
    list_contains(labels, 'HARDSHIP_OR_PLAN') as smells_of_hardship,
    list_contains(labels, 'CONTACT_CHANGE') as smells_departed
from inbound
