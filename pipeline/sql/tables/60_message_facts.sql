-- One row per accepted message, without its long texts: who, when, in which thread, and whether
-- a person wrote it. A sender's address is what the file claims, and null when in doubt.
select
    it.rowid as message_key,
    it.file_id,
    it.message_id,
    coalesce(it.thread_id, it.message_id) as stated_thread,
    it.customer_id as stated_customer_id,
    it.invoice_id as stated_invoice_id,
    it.direction as stated_direction,
    it.sent_at,
    texts.sender_address,
    split_part(texts.sender_address, '@', 2) as sender_domain,
    texts.recipient_addresses,
    texts.automatic,
    texts.was_received,
    texts.is_mail,
    trim(
        regexp_replace(
            lower(it.subject),
            '^\s*((re|aw|sv|vs|tr|rv|rif|odp|antw|fw|fwd|wg|enc|i)(\[\d+\])?\s*:\s*)+', ''
        )
    ) as subject_words,
    regexp_matches(lower(it.subject), '^\s*(re|aw|sv|vs|rv|rif|odp|antw)(\[\d+\])?\s*:')
        as is_answer
from intake_messages as it
inner join loads
    on it.file_id = loads.file_id and loads.kind = 'messages' and not loads.is_derived
inner join message_texts as texts
    on it.file_id = texts.file_id and it.rowid - loads.first_row = texts.place
where it.fate = 0
