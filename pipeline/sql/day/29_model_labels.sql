-- One row per message and customer that a model was asked about: the labels that it gave, and
-- what of the message it quoted behind them. Of every asking of that very text: a second
-- answer can add labels and take none away. What a person has closed is said elsewhere.
with said as (
    select
        payload ->> 'message_id' as message_id,
        payload ->> 'customer_id' as customer_id,
        payload ->> 'stamp' as stamp,
        payload ->> 'model' as model,
        from_json(payload -> 'labels', '["VARCHAR"]') as labels,
        from_json(payload -> 'quotes', '["VARCHAR"]') as quotes,
        seq
    from ledger_entries
    where kind = 'reply_labelled'
)

select
    known.message_key,
    said.customer_id,
    list_sort(list_distinct(flatten(list(said.labels)))) as labels,
    list_sort(list_distinct(flatten(list(said.quotes)))) as quotes,
    arg_max(said.model, said.seq) as model
from said
inner join known_messages as known
    on
        said.message_id = known.message_id
        and list_contains(known.candidates, said.customer_id)
inner join intake_messages as it on known.message_key = it.rowid
where said.stamp = message_stamp(it.message_id, it.sent_at, it.sender, it.subject, it.body)
group by known.message_key, said.customer_id
