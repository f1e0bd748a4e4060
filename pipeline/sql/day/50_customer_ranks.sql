-- One row per customer billed in the trailing twelve months, ranked by billings in the
-- reporting currency. A currency without a rate leaves the rank unknown, which counts as top.
with billed as (
    select
        receivables.customer_key,
        sum(receivables.amount * rates.rate) as billings,
        bool_or(rates.rate is null) as has_gap
    from receivables
    cross join pilot
    left join rates on receivables.currency = rates.currency
    where
        not receivables.is_credit
        and receivables.issued_on > pilot.as_of - 365
        and receivables.issued_on <= pilot.as_of
    group by receivables.customer_key
)

select
    customer_key,
    billings,
    case when not has_gap then rank() over (order by billings desc) end as customer_rank
from billed
