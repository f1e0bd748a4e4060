-- title: What became of what was held and what was sent
-- unit: decisions that stand
-- better: what was held back turned out to need it; what was sent was paid and not complained of
-- One row per decision that holds or sends a message. Held back: a message was proposed, and a
-- person held or rejected it, or sent the case to a play without one. Sent all the same: no
-- message was proposed, and a person sent the case to a play with one, or approved it under an
-- exemption from a check. As proposed: approved or edited, as was proposed. Looked at 14 days
-- later: settled, when every invoice of it was paid or credited by then; disputed, when one of
-- them was flagged since; complained, when an answer since speaks of escalation or legal steps (as
-- a person closed it, else as it reads). Younger ones are not watched long enough to be counted.
with exempted as (
    select
        granted.payload ->> 'invoice_id' as invoice_id,
        granted.payload ->> 'customer_id' as customer_id,
        granted.on_day as from_on,
        least(
            try_cast(granted.payload ->> 'expires_on' as date),
            coalesce(min(ended.on_day), date '9999-12-31')
        ) as to_on
    from ledger_entries as granted
    left join ledger_entries as ended
        on ended.kind = 'exemption_ended' and granted.event_id = ended.payload ->> 'event_id'
    where granted.kind = 'exemption_granted'
    group by granted.event_id, granted.payload, granted.on_day
),

decided as (
    select
        decisions.event_id,
        decisions.written_at,
        decisions.on_day,
        decisions.case_id,
        decisions.payload ->> 'customer_id' as customer_id,
        customers.name as customer_name,
        decisions.verdict,
        decisions.reason,
        decisions.lane,
        decisions.new_lane,
        decisions.decided_by,
        from_json(decisions.payload -> 'invoice_ids', '["VARCHAR"]') as invoice_ids,
        decisions.lane in ('routine', 'relationship') as is_offered,
        coalesce(decisions.new_lane in ('routine', 'relationship'), false) as is_sent_on
    from standing_decisions as decisions
    inner join customers on decisions.payload ->> 'customer_id' = customers.customer_id
    where customers.customer_key in (select scope.customer_key from scope)
),

excused as (
    select distinct decided.event_id
    from decided
    inner join exempted
        on
            (
                decided.customer_id = exempted.customer_id
                or list_contains(decided.invoice_ids, exempted.invoice_id)
            )
            and decided.on_day >= exempted.from_on
            and decided.on_day <= exempted.to_on
),

sided as (
    select
        decided.*,
        case
            when
                decided.is_offered
                and (
                    decided.verdict in ('hold', 'reject')
                    or (decided.verdict = 'reroute' and not decided.is_sent_on)
                ) then 'held back'
            when decided.verdict = 'reroute' and not decided.is_offered and decided.is_sent_on
                then 'sent all the same'
            when decided.verdict in ('approve', 'edit') and excused.event_id is not null
                then 'sent all the same'
            when decided.verdict in ('approve', 'edit') then 'as proposed'
        end as side
    from decided
    left join excused on decided.event_id = excused.event_id
),

named as (
    select
        sided.event_id,
        sided.written_at,
        sided.on_day,
        unnest(sided.invoice_ids) as invoice_id
    from sided
    where sided.side is not null
),

settled as (
    select
        invoices.invoice_id,
        max(balances.to_on) as settled_on
    from invoices
    inner join balances on invoices.invoice_key = balances.invoice_key
    where
        balances.flavour in ('both', 'restated')
        and balances.balance > 0
        and invoices.invoice_id in (select named.invoice_id from named)
    group by invoices.invoice_id
),

paid as (
    select
        named.event_id,
        count(*) as invoices,
        count(*) filter (
            where settled.settled_on <= least(named.on_day + 14, pilot.as_of)
        ) as settled
    from named
    cross join pilot
    left join settled on named.invoice_id = settled.invoice_id
    group by named.event_id
),

disputed as (
    select distinct named.event_id
    from named
    inner join disputes
        on
            named.invoice_id = disputes.invoice_id
            and named.written_at < disputes.flagged_at
            and named.written_at + interval 14 day >= disputes.flagged_at
),

complained as (
    select distinct sided.event_id
    from sided
    inner join inbound_replies as heard
        on
            sided.customer_id = heard.customer_id
            and sided.written_at < heard.sent_at
            and sided.written_at + interval 14 day >= heard.sent_at
            and list_contains(coalesce(heard.labels, heard.suggested), 'ESCALATION_OR_LEGAL')
),

handed as (
    select
        payload ->> 'event_id' as event_id,
        min(on_day) as left_on
    from ledger_entries
    where kind = 'handed_over'
    group by payload ->> 'event_id'
)

select
    sided.on_day,
    sided.side,
    sided.event_id,
    sided.case_id,
    sided.customer_id,
    sided.customer_name,
    sided.verdict,
    sided.reason,
    sided.lane,
    sided.new_lane,
    sided.decided_by,
    handed.left_on,
    coalesce(paid.invoices, 0) as invoices,
    coalesce(paid.settled, 0) as settled_invoices,
    coalesce(paid.invoices > 0 and paid.settled = paid.invoices, false) as is_settled,
    disputed.event_id is not null as is_disputed,
    complained.event_id is not null as is_complained,
    sided.on_day + 14 <= pilot.as_of as is_watched,
    marks.severity
from sided
cross join pilot
left join paid on sided.event_id = paid.event_id
left join disputed on sided.event_id = disputed.event_id
left join complained on sided.event_id = complained.event_id
left join handed on sided.event_id = handed.event_id
left join override_marks as marks on sided.event_id = marks.event_id
where sided.side is not null
order by sided.on_day desc, sided.case_id
