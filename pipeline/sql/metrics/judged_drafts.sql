-- title: Drafts judged, one by one
-- unit: drafts
-- better: every override with its reason, every draft read
-- One row per decision on a draft, of the weeks and customers of the override rate: what the case
-- was like (lane, money in the reporting currency, whether anybody had written to the customer
-- before), who judged it by team, how much of its words was changed, and how long it was looked
-- at. Words are those of the draft; only the team is named, never the person.
with decided as (
    select
        decisions.seq,
        decisions.on_day,
        decisions.customer_id,
        decisions.decided_by,
        decisions.lane,
        decisions.rule,
        decisions.verdict,
        decisions.reason,
        decisions.edit_rate,
        decisions.has_protected_change,
        decisions.is_override,
        decisions.is_routing,
        decisions.invoice_ids,
        weeks.week_end,
        try_cast(decisions.payload ->> 'review_seconds' as double) as review_seconds,
        length(regexp_extract_all(decisions.payload ->> 'draft_body', '\S+'))::integer
            as draft_words,
        decisions.verdict in ('approve', 'edit') as is_written
    from judged_decisions as decisions
    inner join customers on decisions.customer_id = customers.customer_id
    inner join weeks on decisions.on_day > weeks.week_start and decisions.on_day <= weeks.week_end
    where customers.customer_key in (select scope.customer_key from scope)
),

named as (
    select
        seq,
        unnest(invoice_ids) as invoice_id
    from decided
),

money as (
    select
        named.seq,
        sum(invoices.amount * rates.rate)::double as amount
    from named
    inner join invoices on named.invoice_id = invoices.invoice_id
    inner join rates on invoices.currency = rates.currency
    group by named.seq
),

written as (
    select
        customer_id,
        min(sent_at)::date as first_on
    from matched_messages
    where is_contact
    group by customer_id
),

teams as (
    select
        lower(name) as who,
        min(team) as team
    from intake_people
    where fate = 0 and team is not null
    group by lower(name)
)

select
    decided.seq,
    decided.on_day,
    decided.week_end,
    decided.lane,
    decided.rule,
    decided.verdict,
    decided.reason,
    decided.edit_rate,
    decided.has_protected_change,
    decided.is_override,
    decided.is_routing,
    decided.review_seconds,
    decided.draft_words,
    money.amount,
    coalesce(written.first_on >= decided.on_day, true)
    and coalesce(
        not bool_or(decided.is_written) over (
            partition by decided.customer_id
            order by decided.seq
            rows between unbounded preceding and 1 preceding
        ),
        true
    ) as is_first_message,
    coalesce(teams.team, 'no team') as team
from decided
left join money on decided.seq = money.seq
left join written on decided.customer_id = written.customer_id
left join teams on lower(decided.decided_by) = teams.who
order by decided.seq
