-- title: Control customers that share a parent with a pilot customer
-- unit: customers
-- better: none
-- They are not independent of the pilot: what it does is talked about in one family. They are left
-- out of every comparison, and are to be carved out of the control by name.
with members as (
    select
        customers.customer_id,
        customers.name,
        arms.arm = 'SEGMENT' as is_pilot,
        coalesce(customers.parent_id, customers.customer_id) as cluster
    from arms
    inner join customers on arms.customer_key = customers.customer_key
)

select
    customer_id,
    name,
    cluster as parent_id
from members
where
    not is_pilot
    and cluster in (select pilots.cluster from members as pilots where pilots.is_pilot)
order by customer_id
