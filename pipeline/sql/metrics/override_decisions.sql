-- title: Decisions behind the override rate
-- unit: decisions
-- better: every override with its reason
-- One row per decision that stands on the day, with what it changed and why.
select
    decisions.seq,
    decisions.on_day,
    decisions.written_at,
    decisions.case_id,
    decisions.payload ->> 'customer_id' as customer_id,
    decisions.lane,
    decisions.rule,
    decisions.verdict,
    decisions.reason,
    decisions.new_lane,
    decisions.edit_rate,
    decisions.has_protected_change,
    decisions.decided_by
from standing_decisions as decisions
inner join customers on decisions.payload ->> 'customer_id' = customers.customer_id
where customers.customer_key in (select scope.customer_key from scope)
order by decisions.seq
