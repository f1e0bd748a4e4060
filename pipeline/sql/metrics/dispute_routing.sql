-- title: Hours from dispute flag to the right owner
-- unit: hours
-- better: lower, with nothing left unrouted
-- One row per dispute flagged by the day. The clock starts at the flag and stops when the final
-- owner accepts, never at assignment. A dispute that nobody has accepted yet counts for the time
-- it has waited; one settled before anyone accepted it is an end of its own kind.
select
    disputes.dispute_id,
    disputes.invoice_id,
    invoices.customer_id,
    disputes.reason,
    disputes.received_at,
    disputes.flagged_at,
    disputes.accepted_at,
    disputes.accepted_by,
    disputes.closed_at,
    disputes.amount,
    disputes.accepted_at is null and disputes.closed_at is not null as is_settled_unrouted,
    date_diff('minute', disputes.received_at, disputes.flagged_at) / 60.0 as detection_hours,
    date_diff(
        'minute',
        disputes.flagged_at,
        coalesce(disputes.accepted_at, disputes.closed_at, pilot.as_of + interval '1 day')
    ) / 60.0 as clock_hours
from disputes
inner join invoices on disputes.invoice_id = invoices.invoice_id
inner join customers on invoices.customer_id = customers.customer_id
cross join pilot
where customers.customer_key in (select scope.customer_key from scope)
order by disputes.flagged_at, disputes.dispute_id
