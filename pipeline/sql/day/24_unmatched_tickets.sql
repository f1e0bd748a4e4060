-- Tickets open on the day that no customer could be found for: they change no lane.
select
    ticket_id,
    stated_customer,
    subject,
    kind,
    concern,
    opened_at,
    days_open
from open_tickets
where not is_matched
order by opened_at, ticket_id
