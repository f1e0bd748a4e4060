-- One row per customer: the contact to write to, best first (working, verified, newest).
-- left, bounced and unverified ones are kept as the last resort so that the page can say why not.
with known as (
    select
        *,
        status in ('left', 'bounced') as is_gone
    from contacts_now
)

select
    customer_id,
    contact_id,
    name,
    email,
    role,
    source,
    is_gone,
    verified_on,
    status as state,
    suspended_by,
    suspended_on,
    not is_gone and verified_on is not null and contains(coalesce(email, ''), '@') as is_verified
from known
qualify
    row_number() over (
        partition by customer_id
        order by is_verified desc, is_gone, verified_on desc nulls last, contact_id
    ) = 1
