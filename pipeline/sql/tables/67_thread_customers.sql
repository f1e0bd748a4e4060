-- One row per thread and customer that any of its messages is about, and since when that is known.
select
    thread,
    customer_id,
    min(sent_at) as known_at
from message_customers
where customer_id is not null
group by thread, customer_id
