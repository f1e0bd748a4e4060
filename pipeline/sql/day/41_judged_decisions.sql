-- One row per decision on a draft that stands on the day, and whether it overrides the draft:
-- re-routed, held, rejected, or edited in more than 10% of its words or in any figure, date,
-- name or address. Routing overrides changed the play (re-route, hold, or a reason that says the
-- play was wrong); the others changed the words. Only lanes whose play is a message have drafts.
with judged as (
    select
        decisions.*,
        decisions.payload ->> 'customer_id' as customer_id,
        decisions.verdict in ('reroute', 'hold', 'reject')
        or (
            decisions.verdict = 'edit'
            and (decisions.edit_rate > 0.10 or decisions.has_protected_change)
        ) as is_override,
        decisions.verdict in ('reroute', 'hold')
        or decisions.reason in ('PAID', 'DISPUTE_MISSED', 'RELATIONSHIP', 'TIMING') as is_routing
    from standing_decisions as decisions
    where decisions.lane in ('routine', 'relationship')
)

select
    judged.*,
    from_json(judged.payload -> 'invoice_ids', '["VARCHAR"]') as invoice_ids
from judged
