-- Deals open on the day that no customer could be found for: they give no doubt.
select
    deal_id,
    stated_customer,
    name,
    stage,
    amount,
    currency,
    closes_on
from open_deals
where not is_matched
order by closes_on nulls last, deal_id
