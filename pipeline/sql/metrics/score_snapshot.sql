-- title: Past-due invoices with their score
-- unit: probability
-- better: neither: it orders work
-- One row per open, past-due invoice, with the score as the queue has it on the day: how likely
-- it is still open at the next age boundary, by what was known then and nothing later.
select
    balances.invoice_key,
    balances.customer_key,
    balances.currency,
    balances.balance as open_amount,
    scores.score,
    scores.own_n,
    scores.own_k,
    scores.book_rate,
    scores.edge,
    (pilot.as_of - balances.due_on)::integer as days_past_due,
    (balances.due_on + scores.edge::integer)::date as edge_on
from balances
cross join pilot
inner join scores
    on
        balances.customer_key = scores.customer_key
        and greatest(-30, least(400, pilot.as_of - balances.due_on)) = scores.age
where
    balances.flavour in ('both', 'reported')
    and not balances.is_credit
    and balances.balance > 0
    and balances.from_on <= pilot.as_of
    and balances.to_on > pilot.as_of
    and balances.due_on < pilot.as_of
    and scores.score is not null
order by balances.invoice_key
