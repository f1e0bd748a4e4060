-- One row per invoice that a decision was about: what still holds of it on the day.
-- A hold expires to review, never to sending; a re-route stands until the next decision
-- (arg_max_null: the last decision speaks, also where it says nothing of a lane or a hold).
with decided as (
    select
        decisions.*,
        unnest(from_json(decisions.payload -> 'invoice_ids', '["VARCHAR"]')) as invoice_id
    from standing_decisions as decisions
)

select
    invoice_id,
    max_by(verdict, seq) as last_verdict,
    max_by(decided_by, seq) as last_decided_by,
    max(on_day) as last_decided_on,
    arg_max_null(hold_until, seq) as hold_until,
    arg_max_null(new_lane, seq) as rerouted_to
from decided
group by invoice_id
