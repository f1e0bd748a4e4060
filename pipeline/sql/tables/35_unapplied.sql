-- Cash received and not yet matched to an invoice, as stretches of days per payment.
-- unapplied(t) = what stays unapplied at the end + what is applied only after t, from receipt on.
-- What stays at the end is stated, or is the payment less what was applied of it; a payment that
-- no application names stays whole when other applications do name theirs.
-- flavour as in balances: `reported` counts an application from the day it was known.
with known_payments as (
    select
        payments.payment_id,
        customers.customer_key,
        payments.currency,
        payments.received_on,
        payments.amount,
        payments.unapplied_amount
    from intake_payments as payments
    inner join customers on payments.customer_id = customers.customer_id
    where payments.fate = 0
),

applied as (
    select
        applications.payment_id,
        greatest(applications.effective_on, known_payments.received_on) as day,
        greatest(
            applications.effective_on, applications.known_on, known_payments.received_on
        ) as known_on,
        applications.amount
    from intake_applications as applications
    inner join known_payments on applications.payment_id = known_payments.payment_id
    where applications.fate = 0
),

totals as (
    select
        payment_id,
        sum(amount) as amount,
        bool_or(known_on > day) as is_lagging
    from applied
    group by payment_id
),

payments as (
    select
        known_payments.*,
        coalesce(totals.is_lagging, false) as is_lagging,
        coalesce(totals.amount, 0) as applied_in_all,
        coalesce(
            known_payments.unapplied_amount,
            case
                when totals.payment_id is not null then known_payments.amount - totals.amount
                when exists (select 1 from applied) then known_payments.amount
                else 0
            end
        ) as left_over
    from known_payments
    left join totals on known_payments.payment_id = totals.payment_id
),

flavours as (
    select * from (values (false), (true)) as flavours (is_reported)
),

events as (
    select
        payments.payment_id,
        flavours.is_reported,
        payments.received_on as day,
        payments.left_over + payments.applied_in_all as delta
    from payments
    inner join flavours on payments.is_lagging or not flavours.is_reported
    union all
    select
        applied.payment_id,
        flavours.is_reported,
        case when flavours.is_reported then applied.known_on else applied.day end as day,
        -applied.amount as delta
    from applied
    inner join payments on applied.payment_id = payments.payment_id
    inner join flavours on payments.is_lagging or not flavours.is_reported
),

days as (
    select payment_id, is_reported, day, sum(delta) as delta
    from events
    group by payment_id, is_reported, day
),

stretches as (
    select
        payment_id,
        is_reported,
        day as from_on,
        coalesce(
            lead(day) over (partition by payment_id, is_reported order by day), date '9999-12-31'
        ) as to_on,
        sum(delta) over (partition by payment_id, is_reported order by day) as amount
    from days
)

select
    stretches.payment_id,
    payments.customer_key,
    payments.currency,
    stretches.from_on,
    stretches.to_on,
    least(stretches.amount, 900000000000000)::decimal(18, 3) as amount,
    case
        when stretches.is_reported then 'reported'
        when payments.is_lagging then 'restated'
        else 'both'
    end as flavour
from stretches
inner join payments on stretches.payment_id = payments.payment_id
where stretches.amount > 0
