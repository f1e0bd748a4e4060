-- title: Hours from dispute flag to the right owner
-- unit: hours
-- better: lower, with nothing left unrouted
-- One row per dispute flagged by the day. The clock starts at the flag and stops when the final
-- owner accepts, never at assignment. A dispute that nobody has accepted yet counts for the time
-- it has waited; one settled before anyone accepted it is an end of its own kind.
with settled_invoices as (
    select
        invoices.invoice_id,
        max(balances.to_on) as settled_on
    from balances
    inner join invoices on balances.invoice_key = invoices.invoice_key
    cross join pilot
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.closes
        and balances.to_on <= pilot.as_of
        and invoices.invoice_id in (
            select waiting.invoice_id from disputes as waiting where waiting.accepted_at is null
        )
    group by invoices.invoice_id
),

-- Books know days, not hours: paid or credited counts from the close of its day.
ended as (
    select
        disputes.*,
        least(disputes.closed_at, settled_invoices.settled_on + interval '1 day') as settled_at
    from disputes
    left join settled_invoices
        on
            disputes.invoice_id = settled_invoices.invoice_id
            and disputes.flagged_at < settled_invoices.settled_on + interval '1 day'
)

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
    disputes.origin,
    disputes.assigned_to,
    disputes.assignments::integer as assignments,
    disputes.first_assigned_at,
    case when disputes.accepted_at is null then disputes.settled_at end as settled_at,
    disputes.accepted_at is null and disputes.settled_at is not null as is_settled_unrouted,
    date_diff('minute', disputes.received_at, disputes.flagged_at) / 60.0 as detection_hours,
    date_diff(
        'minute',
        disputes.flagged_at,
        coalesce(disputes.accepted_at, disputes.settled_at, pilot.as_of + interval '1 day')
    ) / 60.0 as clock_hours
from ended as disputes
inner join invoices on disputes.invoice_id = invoices.invoice_id
inner join customers on invoices.customer_id = customers.customer_id
cross join pilot
where customers.customer_key in (select scope.customer_key from scope)
order by disputes.flagged_at, disputes.dispute_id
