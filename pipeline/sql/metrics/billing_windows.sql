-- title: Billings, write-offs and customers of each arm before and after go-live
-- unit: reporting currency
-- better: alike in both windows
-- What the guard lights compare: how much each arm was billed in the sixty days before and after
-- go-live, what was written off, how many customers it came from, and the largest one's share.
with members as (
    select customer_key, arm
    from arms
),

billed as (
    select
        members.arm,
        windows.is_post,
        receivables.customer_key,
        sum(receivables.amount * rates.rate) as billed
    from receivables
    inner join members on receivables.customer_key = members.customer_key
    inner join rates on receivables.currency = rates.currency
    inner join windows
        on
            receivables.issued_on >= windows.due_from
            and receivables.issued_on < windows.due_before
    where not receivables.is_credit
    group by members.arm, windows.is_post, receivables.customer_key
),

written_off as (
    select
        members.arm,
        windows.is_post,
        sum(movements.amount * rates.rate) as amount
    from movements
    inner join receivables on movements.invoice_key = receivables.invoice_key
    inner join members on receivables.customer_key = members.customer_key
    inner join rates on receivables.currency = rates.currency
    inner join windows
        on
            movements.effective_on >= windows.due_from
            and movements.effective_on < windows.due_before
    where movements.kind = 'write_off'
    group by members.arm, windows.is_post
)

select
    billed.arm,
    billed.is_post,
    count(*) as customers,
    sum(billed.billed)::decimal(38, 3) as billed,
    max(billed.billed)::double / sum(billed.billed)::double as largest_share,
    sum(billed.billed)::double ^ 2 / sum(billed.billed::double ^ 2) as effective_customers,
    coalesce(max(written_off.amount), 0)::decimal(38, 3) as written_off
from billed
left join written_off on billed.arm = written_off.arm and billed.is_post = written_off.is_post
group by billed.arm, billed.is_post
order by billed.arm, billed.is_post
