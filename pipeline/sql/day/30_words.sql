-- What customers wrote in the last 90 days, and what it smells of. Words only ever tighten:
-- they can stop a follow-up, never release one. Several smells may be true at once. Read are the
-- new words and the signature, not what the message quotes: our own reminder is no dispute.
-- A thread about two customers tightens both, so that no message in it can unmatch another.
with inbound as (
    select
        messages.message_id,
        messages.customer_id,
        messages.invoice_id,
        messages.sent_at,
        lower(
            concat_ws(' ', it.subject, coalesce(texts.reply, it.body), texts.signature)
        ) as words
    from (select
        * exclude (customer_id),
        unnest(candidates) as customer_id
    from known_messages) as messages
    cross join pilot
    inner join intake_messages as it on messages.message_key = it.rowid
    inner join loads
        on messages.file_id = loads.file_id and loads.kind = 'messages' and not loads.is_derived
    left join message_texts as texts
        on
            messages.file_id = texts.file_id
            and messages.message_key - loads.first_row = texts.place
    where
        coalesce(messages.direction, 'in') = 'in'
        and messages.sent_at::date between pilot.as_of - 90 and pilot.as_of
)

select
    message_id,
    customer_id,
    invoice_id,
    sent_at,
    regexp_matches(
        words,
        'disput|incorrect|overcharg|over-charg|wrong (amount|price|rate|quantity|invoice)'
        || '|not (been )?(delivered|received|working|ordered)'
        || '|never (ordered|received|signed|agreed)'
        || '|credit note|duplicate|billed (us )?(for|twice)|charged (us )?(for|twice)'
        || '|only .{0,40} (live|active|in use)'
        || '|won''t (pay|release)|will not (pay|release)|refus|complain|short.?paid|isn''t the one'
        || '|cancel+ed|discount is missing|exempt'
    ) as smells_disputed,
    regexp_matches(
        words,
        'already (been )?(paid|settled)|(was|were|have) paid|we paid|paid (this|it) on|remittance'
        || '|as settled|cheque .{0,30} cashed'
    ) as smells_paid,
    regexp_matches(
        words,
        '(new|chang|updat|different).{0,40}(bank|iban|routing|sort code|account (number|detail))'
        || '|(bank|iban|account (number|detail)s?).{0,40}(chang|updat|new|differ)'
    ) as smells_of_bank_change,
    regexp_matches(words, 'no longer (with|work|employ)|has left|left the company|last day')
        as smells_departed
from inbound
