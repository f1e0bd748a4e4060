-- One row per customer: the contact to write to, best first (working, verified, newest).
-- left, bounced and unverified ones are kept as the last resort so that the page can say why not.
with known as (
    select
        contacts.*,
        case when contacts.verified_on <= pilot.as_of then contacts.verified_on end as confirmed_on,
        coalesce(lower(contacts.status), 'active') in ('left', 'bounced') as is_gone
    from intake_contacts as contacts, pilot
    where contacts.fate = 0
)

select
    customer_id,
    contact_id,
    name,
    email,
    role,
    source,
    is_gone,
    confirmed_on as verified_on,
    coalesce(lower(status), 'active') as state,
    not is_gone and confirmed_on is not null and contains(coalesce(email, ''), '@') as is_verified
from known
qualify
    row_number() over (
        partition by customer_id
        order by is_verified desc, is_gone, confirmed_on desc nulls last, contact_id
    ) = 1
