-- One row per accepted deal and customer that it names: by id or by name. A CRM lists several
-- companies with semicolons between them, and the deal is each one's; a name that two customers
-- share names neither.
with known as (
    select
        customer_id,
        lower(customer_id) as called,
        0 as place
    from customers
    union all
    select
        customer_id,
        lower(trim(name)) as called,
        1 as place
    from customers
),

sole as (
    select
        called,
        place,
        any_value(customer_id) as customer_id
    from known
    group by called, place
    having count(distinct customer_id) = 1
),

named as (
    select
        rowid as deal_key,
        unnest(
            list_distinct(
                list_transform(
                    list_append(string_split(customer_id, ';'), customer_id),
                    lambda part: lower(trim(part))
                )
            )
        ) as called
    from intake_deals
    where fate = 0 and customer_id is not null
),

found as (
    select
        named.deal_key,
        named.called,
        min_by(sole.customer_id, sole.place) as customer_id
    from named
    inner join sole on named.called = sole.called
    group by named.deal_key, named.called
)

select distinct
    deal_key,
    customer_id
from found
