-- title: Every promise and what came of it
-- unit: currency
-- better: kept
-- One row per promise to pay on the record: its invoices, what was open of them when it was made,
-- the day it matures (its date plus two business days) and what had come in by then.
select
    promise_outcomes.currency,
    customers.name as customer_name,
    promise_outcomes.invoice_ids,
    promise_outcomes.made_on,
    promise_outcomes.made_by,
    promise_outcomes.promised_on,
    promise_outcomes.matures_on,
    promise_outcomes.week_end,
    promise_outcomes.amount::decimal(38, 3) as amount,
    promise_outcomes.paid::decimal(38, 3) as paid,
    promise_outcomes.state
from promise_outcomes
inner join customers on promise_outcomes.customer_key = customers.customer_key
order by promise_outcomes.matures_on, customers.name, promise_outcomes.invoice_ids
