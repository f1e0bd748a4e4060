-- title: How pilot and control customers paid and were billed before
-- unit: one row per customer
-- better: alike in both arms
-- Every customer of the pilot's segment and of its control, over the year before day 0: billed in
-- the reporting currency, invoices a month, the share of invoices that fell due and were paid
-- late, and the median of their days late (on time counts as 0, open ones to the end of the year).
with span as (
    select
        min(due_from) as from_on,
        max(due_before) as before_on
    from windows
),

billed as (
    select
        receivables.customer_key,
        count(*) as invoices,
        sum(receivables.amount * rates.rate) as billed_amount
    from receivables
    cross join span
    left join rates on receivables.currency = rates.currency
    where
        not receivables.is_credit
        and receivables.amount > 0
        and receivables.issued_on >= span.from_on
        and receivables.issued_on < span.before_on
    group by receivables.customer_key
),

fell_due as (
    select
        receivables.customer_key,
        receivables.invoice_key,
        receivables.due_on
    from receivables, span
    where
        not receivables.is_credit
        and receivables.amount > 0
        and receivables.due_on >= span.from_on
        and receivables.due_on < span.before_on
        and receivables.issued_on < span.before_on
),

settled as (
    select
        fell_due.customer_key,
        fell_due.invoice_key,
        greatest(
            0,
            coalesce(least(max(balances.to_on), min(span.before_on)), min(fell_due.due_on))
            - min(fell_due.due_on)
        ) as days_late
    from fell_due
    cross join span
    left join balances
        on
            fell_due.invoice_key = balances.invoice_key
            and balances.flavour in ('both', 'restated')
            and balances.balance > 0
            and balances.from_on < span.before_on
    group by fell_due.customer_key, fell_due.invoice_key
),

paying as (
    select
        customer_key,
        count(*) as due_invoices,
        avg(case when days_late > 0 then 1 else 0 end) as late_rate,
        median(days_late) as median_days_late
    from settled
    group by customer_key
)

select
    customers.customer_id,
    customers.name as customer_name,
    coalesce(customers.parent_id, customers.customer_id) as cluster,
    arms.arm,
    customers.terms,
    billed.billed_amount::double as billed_amount,
    coalesce(billed.invoices, 0) / 12.0 as invoices_a_month,
    paying.due_invoices,
    paying.late_rate,
    paying.median_days_late::double as median_days_late
from arms
inner join customers on arms.customer_key = customers.customer_key
left join billed on customers.customer_key = billed.customer_key
left join paying on customers.customer_key = paying.customer_key
order by customers.customer_id
