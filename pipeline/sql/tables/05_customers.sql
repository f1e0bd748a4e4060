-- One row per customer that any export names, with what the customer master says.
-- A customer without a master record keeps its id as its name.
with named as (
    select
        customer_id,
        min(rowid) as first_row
    from intake_customers
    where fate = 0
    group by customer_id
),

mentioned as (
    select customer_id from named
    union
    select customer_id from intake_invoices where fate = 0
    union
    select customer_id from intake_payments where fate = 0
)

select
    mentioned.customer_id,
    master.parent_id,
    master.tier,
    master.segment,
    master.country,
    master.currency,
    master.terms,
    master.po_required,
    master.legal_form,
    master.owner_id,
    master.renews_on,
    master.health,
    named.first_row as master_row,
    (row_number() over (order by mentioned.customer_id) - 1)::integer as customer_key,
    coalesce(master.name, mentioned.customer_id) as name,
    coalesce(master.hands_off, false) as is_hands_off
from mentioned
left join named on mentioned.customer_id = named.customer_id
left join intake_customers as master on named.first_row = master.rowid
order by mentioned.customer_id
