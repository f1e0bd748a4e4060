-- One row per contact: as the export lists it, with what people have corrected laid over it, and
-- those that people have added. `address_seq` is the entry of the record that the address is from,
-- blank for an address as exported. A corrected value that was erased (`erase`) goes on counting as
-- a mark, which is nobody's address: the export's value, which was once found wrong, is no better.
with exported as (
    select
        contact_id,
        customer_id,
        name,
        email,
        role,
        source,
        verified_on,
        lower(status) as status
    from intake_contacts
    where fate = 0
),

compared as (
    select
        standing.*,
        case standing.of_column
            when 'customer_id' then exported.customer_id
            when 'name' then exported.name
            when 'email' then exported.email
            when 'role' then exported.role
            when 'status' then exported.status
            when 'verified_on' then exported.verified_on::varchar
        end as exported_now
    from standing_corrections as standing
    left join exported on standing.of_key = exported.contact_id
    where standing.of_kind = 'contacts'
),

corrected as (
    select
        of_key as contact_id,
        max(new_value) filter (where of_column = 'customer_id') as customer_id,
        max(new_value) filter (where of_column = 'name') as name,
        max(new_value) filter (where of_column = 'email') as email,
        max(new_value) filter (where of_column = 'role') as role,
        max(new_value) filter (where of_column = 'status') as status,
        max(try_cast(new_value as date)) filter (where of_column = 'verified_on') as verified_on,
        max(seq) filter (where of_column = 'email') as address_seq,
        max(seq) filter (where of_column = 'verified_on') as verified_seq,
        max(corrected_at) filter (where of_column in ('email', 'verified_on')) as confirmed_at
    from compared
    where exported_now is not distinct from exported or starts_with(exported, '[erased]')
    group by of_key
)

select
    coalesce(exported.contact_id, corrected.contact_id) as contact_id,
    coalesce(exported.customer_id, corrected.customer_id) as customer_id,
    coalesce(corrected.name, exported.name) as name,
    coalesce(corrected.email, exported.email) as email,
    coalesce(corrected.role, exported.role) as role,
    coalesce(corrected.status, exported.status, 'active') as status,
    -- A new address is confirmed by nothing that was said of the old one.
    case
        when corrected.address_seq > coalesce(corrected.verified_seq, -1) then null
        else coalesce(corrected.verified_on, exported.verified_on)
    end as verified_on,
    case when corrected.contact_id is null then exported.source else 'the record' end as source,
    corrected.address_seq,
    corrected.confirmed_at
from exported
full join corrected on exported.contact_id = corrected.contact_id
where coalesce(exported.customer_id, corrected.customer_id) is not null
