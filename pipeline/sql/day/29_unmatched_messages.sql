-- Messages from others that no customer could be found for, newest first, with the reason. They
-- change no lane until a person files them under a customer or adds the contact.
select
    known.message_id,
    known.sent_at,
    known.automatic,
    it.sender,
    it.subject,
    files.file,
    known.doubt as why,
    known.message_key
from known_messages as known
inner join intake_messages as it on known.message_key = it.rowid
inner join files on known.file_id = files.file_id
where known.customer_id is null and coalesce(known.direction, 'in') = 'in'
order by known.sent_at desc, known.message_id
