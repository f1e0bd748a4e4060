-- Cash received and not yet matched to an invoice, as stretches of days per payment.
-- unapplied(t) = what stays unapplied at the end + what is applied only after t, from receipt on.
with applied as (
    select
        applications.payment_id,
        applications.effective_on as day,
        sum(applications.amount) as amount
    from intake_applications as applications
    where applications.fate = 0 and applications.payment_id is not null
    group by applications.payment_id, applications.effective_on
),

totals as (
    select payment_id, sum(amount) as amount
    from applied
    group by payment_id
),

payments as (
    select
        payments.payment_id,
        customers.customer_key,
        payments.currency,
        payments.received_on,
        coalesce(totals.amount, 0) as applied_in_all,
        coalesce(
            payments.unapplied_amount,
            case when totals.payment_id is not null then payments.amount - totals.amount end,
            0
        ) as left_over
    from intake_payments as payments
    inner join customers on payments.customer_id = customers.customer_id
    left join totals on payments.payment_id = totals.payment_id
    where payments.fate = 0
),

events as (
    select payment_id, received_on as day, left_over + applied_in_all as delta
    from payments
    union all
    select applied.payment_id, greatest(applied.day, payments.received_on) as day, -applied.amount as delta
    from applied
    inner join payments on applied.payment_id = payments.payment_id
),

days as (
    select payment_id, day, sum(delta) as delta
    from events
    group by payment_id, day
),

stretches as (
    select
        payment_id,
        day as from_on,
        coalesce(lead(day) over (partition by payment_id order by day), date '9999-12-31') as to_on,
        sum(delta) over (partition by payment_id order by day)::decimal(18, 3) as amount
    from days
)

select
    stretches.payment_id,
    payments.customer_key,
    payments.currency,
    stretches.from_on,
    stretches.to_on,
    stretches.amount
from stretches
inner join payments on stretches.payment_id = payments.payment_id
where stretches.amount > 0
