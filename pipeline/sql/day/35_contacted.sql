-- One row per customer: when we last wrote to them, by the exports and by the record. An approved
-- message whose address was stopped before it left was never written.
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
    where
        verdict in ('approve', 'edit')
        and event_id not in (select void_approvals.event_id from void_approvals)
)

select
    customer_id,
    max(written_on) as last_contacted_on
from written
where customer_id is not null
group by customer_id
