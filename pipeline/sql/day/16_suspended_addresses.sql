-- One row per address that nothing may be written to, from the day of the message that said so: it
-- bounced, or its owner has left. Words can only suspend; only a person (or a newer confirmation
-- in the exports) lifts it. Whose address it is: the one that the message names, else the one
-- that it answers, else the sender's own; when nobody can tell, every contact of that customer.
-- What a message means was said when it was read (pipeline/replies): one definition for this and
-- for every guard. A delivery that is tried again has not failed; and of those that name another
-- contact, only one that says so tells that somebody has left.
with suspects as (
    select
        mail.message_id,
        mail.thread_id,
        mail.sent_at,
        coalesce(mail.customer_id, filed.customer_id) as customer_id,
        texts.sender_address,
        lower(concat_ws(' ', mail.subject, mail.body)) as all_words,
        -- The newest words only: what is quoted below was said by somebody else.
        lower(concat_ws(' ', mail.subject, texts.reply)) as own_words,
        list_contains(texts.labels, 'BOUNCE')
        and not contains(lower(mail.subject), 'delay')
        and (
            coalesce(texts.automatic = 'bounce', false)
            or not list_contains(texts.labels, 'CONTACT_CHANGE')
        ) as is_bounce,
        list_contains(texts.labels, 'CONTACT_CHANGE') as names_another
    from intake_messages as mail
    cross join pilot
    inner join loads
        on mail.file_id = loads.file_id and loads.kind = 'messages' and not loads.is_derived
    inner join message_texts as texts
        on mail.file_id = texts.file_id and mail.rowid - loads.first_row = texts.place
    left join filed_items as filed
        on filed.of_kind = 'messages' and mail.message_id = filed.of_key
    where
        mail.fate = 0
        and coalesce(mail.direction, 'in') = 'in'
        and mail.sent_at::date <= pilot.as_of
        and list_has_any(texts.labels, ['BOUNCE', 'CONTACT_CHANGE'])
),

judged as (
    select
        suspects.*,
        case
            when names_another
                then regexp_extract(
                    regexp_replace(
                        own_words,
                        '(has|have) left (an?|us|me|you|no|the (port|dock|depot|site))\b', ''
                    ),
                    'no longer (with|works|working|employed|work (at|for|here))|(has|have) left'
                    || '|left the (company|firm|organi[sz]ation|business)'
                    || '|my last (working )?day|has (retired|resigned)'
                    || '|(mailbox|inbox|address|account) is (no longer|not)'
                    || ' (monitored|in use|active|valid)'
                )
            else ''
        end as departure
    from suspects
),

telling as (
    select
        judged.*,
        case when is_bounce then 'bounced' else 'left' end as why,
        substring(
            own_words,
            greatest(1, strpos(own_words, departure) - 80)::bigint,
            (120 + length(departure))::bigint
        ) as around
    from judged
    where
        is_bounce
        or departure <> ''
        -- Our own people leave as well, and say so in the same mailboxes.
        and coalesce(sender_address, '') not in (
            select lower(ours.email) from intake_people as ours where ours.fate = 0
        )
),

-- An address is known from the start, or from the day a person has put it in.
known as (
    select
        customer_id,
        lower(email) as email,
        lower(name) as name,
        null::date as since_on
    from intake_contacts
    where fate = 0 and contains(email, '@')
    union
    select
        listed.customer_id,
        lower(standing.new_value) as email,
        lower(listed.name) as name,
        standing.corrected_on as since_on
    from standing_corrections as standing
    inner join listed_contacts as listed on standing.of_key = listed.contact_id
    where standing.of_kind = 'contacts' and standing.of_column = 'email'
),

written as (
    select
        mail.thread_id,
        mail.sent_at,
        lower(mail.recipients) as recipients
    from intake_messages as mail
    where
        mail.fate = 0
        and mail.direction = 'out'
        and mail.thread_id in (select telling.thread_id from telling)
),

answered as (
    select
        telling.message_id,
        string_agg(written.recipients, ' ') as recipients
    from telling
    inner join written
        on telling.thread_id = written.thread_id and written.sent_at <= telling.sent_at
    group by telling.message_id
),

addresses as (
    select
        message_id,
        1 as how_sure,
        unnest(
            regexp_extract_all(
                case when is_bounce then all_words else around end,
                '[^<>\s,;:"()]+@[^<>\s,;:"()]+[^<>\s,;:"().]'
            )
        ) as email
    from telling
    union all
    select
        answered.message_id,
        2 as how_sure,
        unnest(regexp_extract_all(answered.recipients, '[^<>\s,;:"()]+@[^<>\s,;:"()]+')) as email
    from answered
    where answered.message_id in (select telling.message_id from telling where telling.is_bounce)
    union all
    select
        message_id,
        3 as how_sure,
        sender_address as email
    from telling
    where not is_bounce
),

pointed as (
    select
        telling.message_id,
        known.email,
        addresses.how_sure,
        known.since_on
    from addresses
    inner join telling on addresses.message_id = telling.message_id
    inner join known
        on
            addresses.email = known.email
            and coalesce(telling.customer_id = known.customer_id, true)
    union all
    select
        telling.message_id,
        known.email,
        case
            when
                not telling.is_bounce
                and length(known.name) > 4
                and contains(telling.around, known.name) then 1
            else 4
        end as how_sure,
        known.since_on
    from telling
    inner join known on telling.customer_id = known.customer_id
),

surest as (
    select
        pointed.email,
        telling.why,
        telling.message_id,
        telling.sent_at
    from pointed
    inner join telling on pointed.message_id = telling.message_id
    where coalesce(pointed.since_on <= telling.sent_at::date, true)
    qualify pointed.how_sure = min(pointed.how_sure) over (partition by pointed.message_id)
)

select
    email,
    max_by(why, sent_at) as why,
    max_by(message_id, sent_at) as message_id,
    max(sent_at) as suspended_at
from surest
group by email
