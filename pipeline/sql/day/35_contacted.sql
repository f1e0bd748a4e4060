-- One row per customer: when we last wrote to them, by the exports and by the record.
with written as (
    select
        messages.customer_id,
        messages.sent_at::date as written_on
    from matched_messages as messages
    where messages.is_contact
    union all
    select
        payload ->> 'customer_id' as customer_id,
        on_day as written_on
    from standing_decisions
    where verdict in ('approve', 'edit')
)

select
    customer_id,
    max(written_on) as last_contacted_on
from written
where customer_id is not null
group by customer_id
