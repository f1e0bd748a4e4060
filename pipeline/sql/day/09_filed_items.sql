-- One row per message, ticket, deal or agreement that a person has said the customer of: the newest
-- word counts (arg_max_null: nobody's, where that was taken back).
select
    of_kind,
    of_key,
    customer_id,
    invoice_id,
    filed_by,
    filed_on,
    event_id
from (
    select
        payload ->> 'kind' as of_kind,
        payload ->> 'key' as of_key,
        arg_max_null(payload ->> 'customer_id', seq) as customer_id,
        arg_max_null(payload ->> 'invoice_id', seq) as invoice_id,
        arg_max(written_by, seq) as filed_by,
        arg_max(on_day, seq) as filed_on,
        arg_max(event_id, seq) as event_id
    from ledger_entries
    where kind = 'item_filed'
    group by all
)
where customer_id is not null
