-- One row per invoice with a recorded promise to pay: until when it holds the chase back
-- (its date plus two business days of grace), counted from the newest promise.
with promised as (
    select
        seq,
        try_cast(payload ->> 'promised_on' as date) as promised_on,
        unnest(from_json(payload -> 'invoice_ids', '["VARCHAR"]')) as invoice_id
    from ledger_entries
    where kind = 'promise_recorded'
)

select
    invoice_id,
    max_by(promised_on, seq) as promised_on,
    max_by(
        promised_on + case isodow(promised_on) when 4 then 4 when 5 then 4 when 6 then 3 else 2 end,
        seq
    ) as promise_until
from promised
where promised_on is not null
group by invoice_id
