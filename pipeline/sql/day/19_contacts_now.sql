-- One row per contact as it stands on the day: corrected, and suspended where a message says so.
-- A confirmation lifts a suspension only when it is newer than the message: by the exports on a
-- later day, by a person at a later moment.
with dated as (
    select
        listed.*,
        case when listed.verified_on <= pilot.as_of then listed.verified_on end as confirmed_on
    from listed_contacts as listed, pilot
)

select
    dated.contact_id,
    dated.customer_id,
    dated.name,
    dated.email,
    dated.role,
    dated.source,
    dated.status as listed_status,
    dated.confirmed_on as verified_on,
    dated.address_seq,
    suspended.message_id as suspended_by,
    suspended.suspended_at::date as suspended_on,
    case
        when dated.status in ('left', 'bounced') then dated.status
        else coalesce(suspended.why, dated.status)
    end as status
from dated
left join suspended_addresses as suspended
    on
        lower(dated.email) = suspended.email
        and coalesce(dated.confirmed_on <= suspended.suspended_at::date, true)
        and coalesce(dated.confirmed_at <= suspended.suspended_at, true)
