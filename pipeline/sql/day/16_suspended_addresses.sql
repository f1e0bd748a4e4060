-- One row per address that nothing may be written to, from the day of the message that said so: it
-- bounced, or its owner has left. Words can only suspend; only a person (or a newer confirmation
-- in the exports) lifts it. Whose address it is: the one that the message names, else the one
-- that it answers, else the sender's own; when nobody can tell, every contact of that customer.
-- Most messages say nothing of the kind: one quick look sets them aside.
with suspects as (
    select
        mail.* exclude (customer_id),
        coalesce(mail.customer_id, filed.customer_id) as customer_id,
        lower(concat_ws(' ', mail.sender, mail.subject)) as envelope,
        lower(concat_ws(' ', mail.subject, mail.body)) as all_words
    from intake_messages as mail
    cross join pilot
    left join filed_items as filed
        on filed.of_kind = 'messages' and mail.message_id = filed.of_key
    where
        mail.fate = 0
        and coalesce(mail.direction, 'in') = 'in'
        and mail.sent_at::date <= pilot.as_of
        and regexp_matches(
            lower(concat_ws(' ', mail.sender, mail.subject, mail.body)),
            'mailer-daemon|postmaster@|undeliver|returned mail|mail delivery|failure notice'
            || '|delivery status|no longer|left|last (working )?day|retired|resigned|is not '
        )
),

letters as (
    select
        message_id,
        thread_id,
        customer_id,
        sent_at,
        envelope,
        all_words,
        lower(regexp_extract(sender, '[^<>\s,;:"]+@[^<>\s,;"]+')) as sender_address,
        -- The newest words only: what is quoted below was said by somebody else.
        regexp_replace(
            all_words,
            '(?ms)^(>|on .{5,120} wrote:|-{2,} ?original message|from: .{0,80}@|_{10,}).*$',
            ''
        ) as own_words
    from suspects
),

judged as (
    select
        letters.*,
        regexp_matches(
            envelope,
            'mailer-daemon|postmaster@|undeliver|returned mail|delivery status notification'
            || '|mail delivery (system|subsystem|failed)|failure notice'
        )
        and not contains(envelope, 'delay') as is_bounce,
        regexp_extract(
            regexp_replace(
                own_words, '(has|have) left (an?|us|me|you|no|the (port|dock|depot|site))\b', ''
            ),
            'no longer (with|works|working|employed|work (at|for|here))|(has|have) left'
            || '|left the (company|firm|organi[sz]ation|business)|my last (working )?day'
            || '|has (retired|resigned)'
            || '|(mailbox|inbox|address|account) is (no longer|not) (monitored|in use|active|valid)'
        ) as departure
    from letters
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
        and sender_address not in (
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
