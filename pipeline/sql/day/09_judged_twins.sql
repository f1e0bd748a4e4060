-- One row per pair of customers that a person has judged: the same company, or not. The newest
-- (arg_max_null: neither, where that was taken back).
select
    payload ->> 'customer_id' as customer_id,
    payload ->> 'twin_id' as twin_id,
    arg_max_null((payload ->> 'is_same')::boolean, seq) as is_same,
    max_by(written_by, seq) as judged_by
from ledger_entries
where kind = 'twins_judged'
group by all
