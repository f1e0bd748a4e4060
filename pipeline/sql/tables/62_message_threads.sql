-- One row per message: the thread it belongs to. A reply that names only the message before it
-- is followed to the first; one that names none joins the newest earlier message of the same
-- subject between the same two addresses, within 90 days.
with recursive parents as (
    select
        message_id,
        any_value(stated_thread) as thread
    from message_facts
    where stated_thread <> message_id
    group by message_id
),

followed as (
    select distinct
        stated_thread as stated,
        stated_thread as thread,
        0 as steps
    from message_facts
    union all
    select
        followed.stated,
        parents.thread,
        followed.steps + 1 as steps
    from followed
    inner join parents on followed.thread = parents.message_id
    where followed.steps < 40
),

roots as (
    select
        stated,
        -- Messages that name each other in a circle have no first: the least name stands for it.
        case
            when max(steps) < 40 then max_by(thread, steps)
            else min(thread) filter (where steps >= 20)
        end as thread
    from followed
    group by stated
),

pairs as (
    select
        message_key,
        subject_words,
        sent_at,
        stated_thread = message_id and is_answer as is_loose,
        stated_thread,
        least(sender_address, recipient) as one,
        greatest(sender_address, recipient) as other
    from (
        select
            *,
            unnest(recipient_addresses) as recipient
        from message_facts
        where length(subject_words) >= 4
    )
),

answered as (
    select
        loose.message_key,
        max_by(earlier.stated_thread, earlier.sent_at) as stated_thread
    from (select * from pairs where is_loose) as loose
    asof inner join (select * from pairs) as earlier
        on
            loose.subject_words = earlier.subject_words
            and loose.one = earlier.one
            and loose.other = earlier.other
            and loose.sent_at > earlier.sent_at
    where earlier.sent_at >= loose.sent_at - interval 90 days
    group by loose.message_key
)

select
    facts.message_key,
    coalesce(roots.thread, facts.stated_thread) as thread
from message_facts as facts
left join answered on facts.message_key = answered.message_key
left join roots on coalesce(answered.stated_thread, facts.stated_thread) = roots.stated
