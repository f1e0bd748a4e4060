-- One row per message: its customer as the message itself tells it, and how. The export's word
-- comes first; then the address of a contact (the sender's before a recipient's); then the
-- invoices it names. What points to two customers is matched to neither and says so.
with owners as (
    select distinct
        lower(trim(email)) as address,
        customer_id
    from intake_contacts
    where fate = 0 and contains(coalesce(email, ''), '@')
),

wrote as (
    select
        facts.message_key,
        list_distinct(list(owners.customer_id)) as customers
    from message_facts as facts
    inner join owners on facts.sender_address = owners.address
    group by facts.message_key
),

received as (
    select
        named.message_key,
        list_distinct(list(owners.customer_id)) as customers
    from (
        select
            message_key,
            unnest(recipient_addresses) as address
        from message_facts
    ) as named
    inner join owners on named.address = owners.address
    group by named.message_key
),

invoiced as (
    select
        message_key,
        coalesce(
            list(distinct customer_id) filter (where in_reply), list(distinct customer_id)
        ) as customers
    from named_invoices
    group by message_key
),

evidence as (
    select
        facts.message_key,
        facts.sent_at,
        threads.thread,
        coalesce(facts.stated_customer_id, stated.customer_id) as stated_customer,
        coalesce(wrote.customers, received.customers, []) as by_address,
        coalesce(invoiced.customers, []) as by_invoice
    from message_facts as facts
    inner join message_threads as threads on facts.message_key = threads.message_key
    left join wrote on facts.message_key = wrote.message_key
    left join received on facts.message_key = received.message_key
    left join invoiced on facts.message_key = invoiced.message_key
    left join invoices as stated on facts.stated_invoice_id = stated.invoice_id
)

select
    message_key,
    sent_at,
    thread,
    by_address,
    case
        when stated_customer is not null then stated_customer
        when len(by_address) = 1 then by_address[1]
        when len(list_intersect(by_address, by_invoice)) = 1
            then list_intersect(by_address, by_invoice)[1]
        when len(by_address) = 0 and len(by_invoice) = 1 then by_invoice[1]
    end as customer_id,
    case
        when stated_customer is not null then 'export'
        when len(by_address) = 1 then 'address'
        when len(list_intersect(by_address, by_invoice)) = 1 then 'address and invoice'
        when len(by_address) = 0 and len(by_invoice) = 1 then 'invoice'
    end as matched_by,
    case
        when len(by_address) > 1 then 'its addresses belong to several customers'
        when len(by_invoice) > 1 then 'it names invoices of several customers'
        else 'no contact has its address, and it names no invoice'
    end as doubt
from evidence
