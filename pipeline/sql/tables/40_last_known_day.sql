-- One row: the last day on which the exports know something, the default day to look from.
with days as (
    select max(issued_on) as day from invoices
    union all
    select max(known_on) as day from receivables
    union all
    select max(known_on) as day from movements
    union all
    select max(received_on) as day from intake_payments where fate = 0
    union all
    select max(sent_at::date) as day from intake_messages where fate = 0
    union all
    select max(opened_at::date) as day from intake_tickets where fate = 0
    union all
    select max(opened_on) as day from intake_deals where fate = 0
    union all
    select max(flagged_at::date) as day from intake_disputes where fate = 0
    union all
    select max(as_of) as day from intake_control_totals where fate = 0
    union all
    select max(report_as_of) as day from files
)

select max(day) as day
from days
