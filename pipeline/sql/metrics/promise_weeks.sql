-- title: Promises to pay, by the week in which they mature
-- unit: currency
-- better: kept
-- A promise matures two business days after its date. Kept: by then 95% or more of what was open
-- on its invoices when it was made had come in as cash; partly: some of it; broken: none. A newer
-- promise in its place is renegotiated and no success; credited away or disputed first, it is
-- cancelled and counts in neither. What is not mature yet is pending and counts in no rate.
select
    currency,
    week_end,
    state,
    count(*) as n,
    sum(amount)::decimal(38, 3) as amount,
    sum(paid)::decimal(38, 3) as paid
from promise_outcomes
group by currency, week_end, state
order by
    currency, week_end,
    list_position(['kept', 'partly', 'broken', 'renegotiated', 'pending', 'cancelled'], state)
