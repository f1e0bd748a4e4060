-- title: Open money with a contact confirmed within 90 days
-- unit: share of the reporting currency
-- better: higher
-- Of what is open on the day, the share owed by customers whose best contact works and was
-- confirmed within the last 90 days. A currency without a rate leaves the share unknown.
select
    count(*) as n,
    case when not bool_or(rates.rate is null) then
        (
            sum(open_invoices.open_amount * rates.rate) filter (
                where open_invoices.has_verified_contact and open_invoices.days_since_verified <= 90
            )
            / nullif(sum(open_invoices.open_amount * rates.rate), 0)
        )::double
    end as rate
from open_invoices
left join rates on open_invoices.currency = rates.currency
having count(*) > 0
