-- title: Account owner is gone
-- severity: blocks
-- fix: Name a new owner of the account.
-- consequence: {invoices} over {amount} would have been signed, or answered for, by nobody.
-- The customer master names an owner who is no longer active, or whom the list of people lacks.
select
    invoice_id,
    customer_id,
    customer_name,
    open_amount as amount,
    currency,
    customer_name as subject,
    case
        when not exists (select 1 from intake_people where fate = 0)
            then 'No list of people is loaded, so nobody knows whether ' || owner_id
            || ' is still here.'
        when owner_name is null then 'The owner, ' || owner_id || ', is on no list of people.'
        else 'The owner of the account, ' || owner_name || ', is no longer active.'
    end as because,
    case
        when not exists (select 1 from intake_people where fate = 0)
            then 'Load people.csv (person_id, name, email, team, active) on the page Exports.'
        else 'Name a new owner of ' || customer_name || '.'
    end as proposed_fix,
    'Finance lead' as fixer
from open_invoices
where owner_id is not null and not has_active_owner
