-- One row per accepted ticket: its customer. Helpdesks call a customer by id, by the address of
-- who asked, or by name; a name or address that two customers share names neither.
with known as (
    select
        customer_id,
        lower(customer_id) as called,
        0 as place
    from customers
    union all
    select
        customer_id,
        lower(trim(email)) as called,
        1 as place
    from intake_contacts
    where fate = 0 and contains(coalesce(email, ''), '@')
    union all
    select
        customer_id,
        lower(trim(name)) as called,
        2 as place
    from customers
),

sole as (
    select
        called,
        place,
        any_value(customer_id) as customer_id
    from known
    group by called, place
    having count(distinct customer_id) = 1
)

select
    tickets.rowid as ticket_key,
    coalesce(min_by(sole.customer_id, sole.place), any_value(invoices.customer_id)) as customer_id
from intake_tickets as tickets
left join sole on lower(trim(tickets.customer_id)) = sole.called
left join invoices on tickets.invoice_id = invoices.invoice_id
where tickets.fate = 0
group by tickets.rowid
