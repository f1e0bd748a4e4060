-- One row per ticket open on the day, sorted into what it means for collecting.
select
    tickets.ticket_id,
    tickets.customer_id,
    tickets.invoice_id,
    tickets.subject,
    tickets.kind,
    tickets.opened_at,
    date_diff('day', tickets.opened_at::date, pilot.as_of) as days_open,
    case
        when tickets.kind is null then 'unclear'
        when regexp_matches(lower(tickets.kind), 'disput|complain|claim|credit|refund')
            then 'dispute'
        when regexp_matches(
            lower(tickets.kind), 'deliver|ship|onboard|implement|outage|incident|service|bug'
        ) then 'delivery'
        when regexp_matches(lower(tickets.kind), 'bill|invoic|pric|payment|tax') then 'billing'
        else 'other'
    end as concern
from intake_tickets as tickets, pilot
where
    tickets.fate = 0
    and tickets.opened_at::date <= pilot.as_of
    and (tickets.closed_at is null or tickets.closed_at::date > pilot.as_of)
