-- title: Cash collected
-- unit: reporting currency a day
-- better: more for each minute of work
-- Cash applied to invoices by the day it took effect, reversals taken off, at the pilot's constant
-- rates. Credits and write-offs are no cash.
select
    movements.effective_on as on_day,
    sum(in_reporting(movements.amount, rates.rate, pilot.currency)) as cash
from movements
inner join receivables on movements.invoice_key = receivables.invoice_key
inner join rates on receivables.currency = rates.currency
cross join pilot
where
    movements.kind in ('cash', 'reversal')
    and movements.effective_on <= pilot.as_of
    and receivables.customer_key in (select scope.customer_key from scope)
group by movements.effective_on
order by movements.effective_on
