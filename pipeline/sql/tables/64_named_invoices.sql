-- One row per message and invoice whose number its text holds. Numbers are compared without
-- signs ("INV 20418" is INV-20418); bare digits count from seven on, shorter ones only after a
-- word for invoice, and a number that several invoices share names none.
with texts as (
    select
        facts.message_key,
        upper(coalesce(it.subject, '') || ' ' || coalesce(texts.reply, '')) as reply,
        upper(coalesce(it.body, '')) as whole
    from message_facts as facts
    inner join intake_messages as it on facts.message_key = it.rowid
    inner join loads
        on it.file_id = loads.file_id and loads.kind = 'messages' and not loads.is_derived
    inner join message_texts as texts
        on it.file_id = texts.file_id and it.rowid - loads.first_row = texts.place
),

said as (
    select
        message_key,
        true as in_reply,
        reply as words
    from texts
    union all
    select
        message_key,
        false as in_reply,
        whole as words
    from texts
),

tokens as (
    select distinct
        message_key,
        in_reply,
        regexp_replace(token, '[^\p{L}\p{N}]', '', 'g') as bare,
        is_led
    from (
        select
            message_key,
            in_reply,
            false as is_led,
            unnest(
                regexp_extract_all(words, '[\p{L}\p{N}/_.-]*[0-9][\p{L}\p{N}/_.-]*')
                || regexp_extract_all(words, '\b\p{L}{1,8}[ #-]{1,2}[0-9][0-9-]{2,}')
            ) as token
        from said
        union all
        select
            message_key,
            in_reply,
            true as is_led,
            unnest(
                regexp_extract_all(
                    words,
                    '\b(?:INVOICES?|INV|RECHNUNG\w*|FACTURES?|FACTURAS?|FATTUR[AE]|FACTUUR|FATURA)'
                    || '[\s.:#N°ºOR-]{0,8}([0-9][0-9-]{2,})',
                    1
                )
            ) as token
        from said
    )
),

-- Only numbers that are told apart from all others by their letters and digits; no invoice is
-- looked at while no message names any. An invoice id stands once among the accepted.
numbers as (
    select
        bare,
        any_value(invoice_id) as invoice_id,
        any_value(customer_id) as customer_id
    from (
        select
            invoice_id,
            customer_id,
            regexp_replace(upper(invoice_id), '[^\p{L}\p{N}]', '', 'g') as bare
        from invoices
        where exists (select 1 from tokens)
    )
    where length(bare) >= 3 and bare in (select tokens.bare from tokens)
    group by bare
    having count(*) = 1
)

select
    tokens.message_key,
    numbers.invoice_id,
    numbers.customer_id,
    bool_or(tokens.in_reply) as in_reply
from tokens
inner join numbers on tokens.bare = numbers.bare
where tokens.is_led or not regexp_full_match(tokens.bare, '[0-9]{1,6}')
group by tokens.message_key, numbers.invoice_id, numbers.customer_id
