-- One row per deal open on the day and customer whose it is. A deal is closed, and counts for
-- nothing, where its export says so, or its stage has the name that CRMs give to won and lost;
-- what says neither is open, whatever its closing day. A person's word fills in what the CRM
-- lacks, and a deal counts for each customer that a person has said to be the same company.
with open_now as (
    select
        deals.rowid as deal_key,
        deals.*
    from intake_deals as deals
    cross join pilot
    where
        deals.fate = 0
        and coalesce(deals.opened_on <= pilot.as_of, true)
        and not coalesce(
            deals.is_closed,
            coalesce(deals.is_won, false)
            or regexp_full_match(lower(trim(deals.stage)), 'closed[ _-]?(won|lost)')
        )
),

owned as (
    select
        open_now.deal_key,
        coalesce(matched.customer_id, filed.customer_id) as customer_id
    from open_now
    left join deal_customers as matched on open_now.deal_key = matched.deal_key
    left join filed_items as filed
        on filed.of_kind = 'deals' and open_now.deal_id = filed.of_key
),

same as (
    select
        customer_id,
        twin_id
    from judged_twins
    where is_same
    union
    select
        twin_id as customer_id,
        customer_id as twin_id
    from judged_twins
    where is_same
),

whose as (
    select
        deal_key,
        customer_id
    from owned
    union
    select
        owned.deal_key,
        same.twin_id as customer_id
    from owned
    inner join same on owned.customer_id = same.customer_id
)

select
    open_now.deal_key,
    open_now.deal_id,
    open_now.customer_id as stated_customer,
    whose.customer_id,
    whose.customer_id is not null as is_matched,
    open_now.name,
    open_now.stage,
    open_now.amount,
    open_now.currency,
    open_now.opened_on,
    open_now.closes_on,
    (open_now.closes_on - pilot.as_of)::integer as days_to_close,
    open_now.owner_id,
    coalesce(owners.name, open_now.owner_id) as owner_name,
    open_now.pipeline,
    open_now.kind
from open_now
cross join pilot
inner join whose on open_now.deal_key = whose.deal_key
left join intake_people as owners
    on open_now.owner_id = owners.person_id and owners.fate = 0
