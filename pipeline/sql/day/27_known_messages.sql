-- One row per message sent by the day: its direction, and its customer as far as it was known
-- then: by itself, else as a person has filed it, else by the other messages of its thread when
-- they are about one customer.
-- A sender that is ours wrote it out, any other wrote in; without a list of ours the direction
-- stays what the export says. A mail counts as proof that we wrote (is_contact) only in a mailbox
-- that holds nothing but our own, because a sender in a file is only a claim.
with directed as (
    select
        facts.*,
        facts.sender_address in (select own.address from own_senders as own)
        or facts.sender_domain in (select own.domain from own_senders as own) as is_ours
    from message_facts as facts, pilot
    where facts.sent_at::date <= pilot.as_of
),

mailboxes as (
    select
        file_id,
        bool_and(coalesce(is_ours, false) and not was_received) as holds_ours_only
    from directed
    where is_mail
    group by file_id
),

filed as (
    select
        facts.message_key,
        items.customer_id,
        items.invoice_id
    from filed_items as items
    inner join message_facts as facts
        on items.of_kind = 'messages' and items.of_key = facts.message_id
),

threads as (
    select
        thread,
        list(distinct customer_id order by customer_id) as customers
    from (
        select
            thread,
            customer_id
        from thread_customers, pilot
        where known_at::date <= pilot.as_of
        union
        select
            message_threads.thread,
            filed.customer_id
        from filed
        inner join message_threads on filed.message_key = message_threads.message_key
    )
    group by thread
),

placed as (
    select
        alone.* exclude (matched_by),
        filed.invoice_id as filed_invoice_id,
        case
            when filed.customer_id is null or alone.matched_by = 'export' then alone.matched_by
            else 'person'
        end as matched_by,
        case
            when filed.customer_id is not null and coalesce(alone.matched_by, '') <> 'export'
                then [filed.customer_id]
            when alone.customer_id is not null then [alone.customer_id]
            when len(alone.by_address) > 0
                then list_intersect(coalesce(threads.customers, []), alone.by_address)
            else coalesce(threads.customers, [])
        end as candidates
    from message_customers as alone
    left join threads on alone.thread = threads.thread
    left join filed on alone.message_key = filed.message_key
),

named as (
    select
        named_invoices.message_key,
        named_invoices.customer_id,
        list(named_invoices.invoice_id) filter (where named_invoices.in_reply) as in_reply,
        list(named_invoices.invoice_id) as anywhere
    from named_invoices
    group by named_invoices.message_key, named_invoices.customer_id
)

select
    directed.message_key,
    directed.file_id,
    directed.message_id,
    placed.thread,
    directed.sent_at,
    directed.sender_address,
    directed.automatic,
    directed.stated_direction,
    placed.candidates,
    placed.doubt,
    coalesce(
        directed.stated_direction,
        case
            when coalesce(directed.is_ours, false) then 'out'
            when exists (select 1 from own_senders) then 'in'
        end
    ) as direction,
    coalesce(
        directed.stated_direction = 'out'
        or (directed.stated_direction is null and mailboxes.holds_ours_only),
        false
    ) as is_contact,
    case when len(placed.candidates) = 1 then placed.candidates[1] end as customer_id,
    case
        when placed.matched_by is not null then placed.matched_by
        when len(placed.candidates) = 1 then 'thread'
    end as matched_by,
    case
        when placed.matched_by = 'export' then directed.stated_invoice_id
        when placed.matched_by = 'person' and placed.filed_invoice_id is not null
            then placed.filed_invoice_id
        when len(coalesce(named.in_reply, named.anywhere)) = 1
            then coalesce(named.in_reply, named.anywhere)[1]
    end as invoice_id
from directed
inner join placed on directed.message_key = placed.message_key
left join mailboxes on directed.file_id = mailboxes.file_id
left join named
    on directed.message_key = named.message_key and placed.candidates[1] = named.customer_id
