-- as: view
-- One row per customer: the traits that a segment may be cut by, and what makes a customer fit or
-- unfit for a pilot. How it paid is read from before the end of the selection window alone
-- (`windows`), so that nobody is chosen by the days that the pilot is later measured against.
with selection as (
    select max(due_before) as ends_before
    from windows
),

busy as (
    select distinct receivables.customer_key
    from receivables, pilot
    where
        not receivables.is_credit
        and receivables.issued_on > pilot.as_of - 180
        and receivables.issued_on <= pilot.as_of
    union
    select distinct balances.customer_key
    from balances, pilot
    where
        balances.flavour in ('both', 'reported')
        and not balances.is_credit
        and balances.balance > 0
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
),

last_six as (
    select
        receivables.invoice_key,
        receivables.customer_key,
        receivables.due_on
    from receivables, selection
    where
        not receivables.is_credit
        and receivables.amount > 0
        and receivables.due_on < selection.ends_before
        and receivables.issued_on < selection.ends_before
    qualify
        row_number() over (
            partition by receivables.customer_key
            order by receivables.due_on desc, receivables.invoice_key desc
        ) <= 6
),

settled as (
    select
        last_six.customer_key,
        last_six.invoice_key,
        least(max(balances.to_on), min(selection.ends_before)) - min(last_six.due_on) as days_late
    from last_six
    cross join selection
    inner join balances on last_six.invoice_key = balances.invoice_key
    where
        balances.flavour in ('both', 'restated')
        and balances.balance > 0
        and balances.from_on < selection.ends_before
    group by last_six.customer_key, last_six.invoice_key
),

paying as (
    select
        last_six.customer_key,
        count(*) as known_invoices,
        count(*) filter (where settled.days_late > 30) as very_late
    from last_six
    left join settled on last_six.invoice_key = settled.invoice_key
    group by last_six.customer_key
),

-- Those outside the top ten in three bands of equal number, by what was billed in twelve months.
bands as (
    select
        customer_key,
        ntile(3) over (order by billings desc, customer_key) as third
    from customer_ranks
    where customer_rank > 10
)

select
    customers.customer_key,
    customers.customer_id,
    customers.name as customer_name,
    coalesce(customers.parent_id, customers.customer_id) as cluster,
    customers.tier,
    customers.terms,
    customers.country,
    customers.currency,
    customers.segment,
    customers.legal_form,
    customers.po_required,
    customers.health,
    customers.owner_id,
    case bands.third when 1 then 'large' when 2 then 'middle' when 3 then 'small' end as size,
    coalesce(arms.arm, 'OUTSIDE') as arm,
    customer_ranks.customer_key is not null and coalesce(customer_ranks.customer_rank <= 10, true)
        as is_top_ten,
    busy.customer_key is not null as is_busy,
    owners.person_id is not null and coalesce(owners.active, true) as has_active_owner,
    coalesce(
        best_contacts.is_verified and best_contacts.verified_on >= pilot.as_of - 90, false
    ) as has_fresh_contact,
    coalesce(paying.known_invoices, 0) as known_invoices,
    coalesce(paying.very_late >= 3, false) as is_chronic,
    customers.is_hands_off or customers.customer_id in (select lists.customer_id from lists)
        as is_hands_off
from customers
cross join pilot
left join corrected_customers on customers.customer_id = corrected_customers.customer_id
left join intake_people as owners
    on
        coalesce(corrected_customers.owner_id, customers.owner_id) = owners.person_id
        and owners.fate = 0
left join best_contacts on customers.customer_id = best_contacts.customer_id
left join customer_ranks on customers.customer_key = customer_ranks.customer_key
left join bands on customers.customer_key = bands.customer_key
left join arms on customers.customer_key = arms.customer_key
left join busy on customers.customer_key = busy.customer_key
left join paying on customers.customer_key = paying.customer_key
