-- One row per customer with an owner, terms or PO rule that a person has corrected, while the
-- customer master still says what it said then. Who is pilot and who is control never changes
-- by it: the arms are drawn from the master as exported.
with compared as (
    select
        customers.customer_id,
        standing.of_column,
        standing.new_value,
        case standing.of_column
            when 'owner_id' then customers.owner_id
            when 'terms' then customers.terms
            when 'po_required' then customers.po_required::varchar
        end as exported_now,
        standing.exported
    from standing_corrections as standing
    inner join customers on standing.of_key = customers.customer_id
    where standing.of_kind = 'customers'
)

select
    customer_id,
    max(new_value) filter (where of_column = 'owner_id') as owner_id,
    max(new_value) filter (where of_column = 'terms') as terms,
    bool_or(try_cast(new_value as boolean)) filter (where of_column = 'po_required') as po_required
from compared
where exported_now is not distinct from exported
group by customer_id
