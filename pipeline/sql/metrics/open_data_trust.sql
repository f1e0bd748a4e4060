-- title: Customers whose data can be acted on
-- unit: customers with an open invoice
-- better: all of them
-- Of the customers that owe something on the day: how many have a working contact confirmed
-- within 90 days, how many have an owner who is still here, and on how many invoices, customer
-- master and contract agree about the terms; and how many have all three. Unknown counts as no.
with each as (
    select
        customer_id,
        bool_and(has_verified_contact and coalesce(days_since_verified <= 90, false))
            as has_contact,
        bool_and(has_active_owner) as has_owner,
        bool_and(not has_terms_conflict and coalesce(trim(terms), '') <> '') as has_terms
    from open_invoices
    where customer_key in (select scope.customer_key from scope)
    group by customer_id
)

select
    count(*) as customers,
    count(*) filter (where has_contact) as with_contact,
    count(*) filter (where has_owner) as with_owner,
    count(*) filter (where has_terms) as with_terms,
    count(*) filter (where has_contact and has_owner and has_terms) as with_all
from each
having count(*) > 0
