-- title: Customers that may be one
-- severity: warns
-- fix: Say whether they are the same company; merge them in the ERP, never here.
-- consequence: Customers that look alike, {pairs}: {amount} is open on them, and one may be chased for the other's payment.
-- Pairs with nearly the same name (rapidfuzz's token set ratio over names without their legal
-- form), helped by a shared mail domain. A pair judged to be two companies is no finding.
with owed as (
    select
        customer_id,
        currency,
        any_value(customer_name) as customer_name,
        sum(open_amount)::decimal(38, 3) as amount
    from open_invoices
    group by customer_id, currency
),

pairs as (
    select
        twin_pairs.*,
        judged_twins.is_same
    from twin_pairs
    left join judged_twins
        on
            twin_pairs.customer_id = judged_twins.customer_id
            and twin_pairs.twin_id = judged_twins.twin_id
)

select
    null::varchar as invoice_id,
    pairs.customer_id,
    pairs.name as customer_name,
    sum(owed.amount)::decimal(38, 3) as amount,
    owed.currency,
    pairs.name || ' and ' || pairs.twin_name as subject,
    pairs.name || ' (' || pairs.customer_id || ') and ' || pairs.twin_name || ' ('
    || pairs.twin_id || ') are ' || pairs.likeness || ' % alike'
    || case when pairs.has_same_domain then ' and share a mail domain' else '' end || '.'
        as because,
    case
        when pairs.is_same then 'Judged to be one company: merge them in the ERP.'
        else 'Say whether they are the same company.'
    end as proposed_fix,
    'Finance lead' as fixer,
    'twins' as fix_kind,
    pairs.customer_id || '|' || pairs.twin_id as fix_key
from pairs
inner join owed on owed.customer_id in (pairs.customer_id, pairs.twin_id)
where coalesce(pairs.is_same, true)
group by all
