-- title: Disputes, open and lately closed
-- unit: one row each
-- better: none without an owner
-- Every dispute that is open, and those closed in the last thirty days, with what is disputed
-- and what is not: the two parts add up to the open balance of the invoice. Nothing is disputed
-- of an invoice that is settled.
with balance_now as (
    select
        balances.invoice_key,
        balances.currency,
        balances.due_on,
        sum(balances.balance) as open_amount
    from balances, pilot
    where
        balances.flavour in ('both', 'reported')
        and not balances.is_credit
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
    group by balances.invoice_key, balances.currency, balances.due_on
)

select
    disputes.dispute_id,
    disputes.invoice_id,
    disputes.origin,
    customers.customer_id,
    customers.name as customer_name,
    intake_people.name as account_owner,
    disputes.reason,
    invoices.currency,
    disputes.received_at,
    disputes.flagged_at,
    disputes.accepted_at,
    coalesce(takers.name, disputes.accepted_by) as accepted_by,
    disputes.closed_at,
    disputes.assigned_to,
    disputes.assignments::integer as assignments,
    disputes.evidence_notes::integer as evidence_notes,
    disputes.evidence,
    disputes.decision,
    disputes.outcome,
    coalesce(balance_now.open_amount, 0)::decimal(18, 3) as open_amount,
    case
        when disputes.closed_at is not null then 0
        else
            least(
                coalesce(disputes.amount, balance_now.open_amount, 0),
                coalesce(balance_now.open_amount, 0)
            )
    end::decimal(18, 3) as disputed_amount,
    case
        when disputes.closed_at is not null then coalesce(balance_now.open_amount, 0)
        else
            greatest(
                coalesce(balance_now.open_amount, 0)
                - coalesce(disputes.amount, balance_now.open_amount, 0),
                0
            )
    end::decimal(18, 3) as undisputed_amount
from disputes
cross join pilot
inner join invoices on disputes.invoice_id = invoices.invoice_id
inner join customers on invoices.customer_id = customers.customer_id
left join balance_now on invoices.invoice_key = balance_now.invoice_key
left join intake_people
    on customers.owner_id = intake_people.person_id and intake_people.fate = 0
left join intake_people as takers
    on disputes.accepted_by = takers.person_id and takers.fate = 0
where
    customers.customer_key in (select scope.customer_key from scope)
    and (disputes.closed_at is null or disputes.closed_at::date > pilot.as_of - 30)
order by disputes.flagged_at, disputes.dispute_id
