-- One row per check and invoice or customer that was given to a person to mend: the newest
-- (arg_max_null: nobody, where that was taken back).
select
    payload ->> 'check' as check_name,
    payload ->> 'invoice_id' as invoice_id,
    payload ->> 'customer_id' as customer_id,
    arg_max_null(payload ->> 'person', seq) as person
from ledger_entries
where kind = 'fix_assigned'
group by all
