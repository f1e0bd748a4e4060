-- as: view
-- What customers wrote by the day, whether it stops what is drafted, and whether a person has
-- closed it. Until then everything stops but an automatic answer that says nothing else, what
-- somebody of ours has answered since, and what is older than the words that are read (words).
-- What a model says that they mean (by_model) counts beside what the rules say, never instead.
-- A mail that only claims to be ours answers nothing (is_contact, see known_messages).
-- Sensitive words, and "it is paid", stop whatever was answered, while what they name is open.
with answers as (
    select
        customer_id,
        max(sent_at) as answered_at
    from matched_messages
    where is_contact and automatic is null
    group by customer_id
),

open_now as (
    select invoices.invoice_id
    from balances
    inner join invoices on balances.invoice_key = invoices.invoice_key
    cross join pilot
    where
        balances.flavour in ('both', 'reported')
        and not balances.is_credit
        and balances.balance > 0
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
),

heard as (
    select
        messages.message_key,
        messages.message_id,
        messages.customer_id,
        messages.invoice_id,
        messages.sent_at,
        messages.automatic,
        coalesce(texts.labels, []) as suggested,
        coalesce(texts.label_words, []) as suggested_words,
        coalesce(texts.is_unread, true) as is_unread,
        coalesce(by_model.labels, []) as by_model,
        coalesce(by_model.quotes, []) as by_model_words,
        by_model.model,
        texts.reply,
        messages.sent_at::date >= pilot.as_of - 90 as is_recent,
        coalesce(messages.sent_at < answers.answered_at, false) as is_answered
    from matched_messages as messages
    cross join pilot
    inner join loads
        on messages.file_id = loads.file_id and loads.kind = 'messages' and not loads.is_derived
    left join message_texts as texts
        on
            messages.file_id = texts.file_id
            and messages.message_key - loads.first_row = texts.place
    left join model_labels as by_model
        on
            messages.message_key = by_model.message_key
            and messages.customer_id = by_model.customer_id
    left join answers on messages.customer_id = answers.customer_id
    where coalesce(messages.direction, 'in') = 'in'
)

select
    heard.*,
    closed.verdict,
    closed.label,
    closed.labels,
    closed.is_settled,
    closed.closed_by,
    closed.closed_on,
    closed.event_id,
    coalesce(closed.is_set_aside, false) as is_set_aside,
    not coalesce(closed.is_set_aside, false)
    and (
        not heard.is_answered
        and (heard.automatic is null or (closed.event_id is null and heard.is_unread))
        or heard.is_recent
        and (
            heard.invoice_id is null
            or heard.invoice_id in (select open_now.invoice_id from open_now)
        )
        and list_has_any(
            coalesce(closed.labels, list_concat(heard.suggested, heard.by_model)),
            [
                'ESCALATION_OR_LEGAL', 'BANK_DETAIL_RISK', 'DISPUTE', 'HARDSHIP_OR_PLAN',
                'ALREADY_PAID'
            ]
        )
    ) as stops
from heard
left join closed_replies as closed
    on heard.message_key = closed.message_key and heard.customer_id = closed.customer_id
