-- title: Overridden drafts
-- unit: decisions
-- better: few, and of no one rule
-- One row per decision that overrides its draft, of the weeks and customers of the override
-- rate, newest first. `rule` is the one that had sorted the case when it was decided.
select
    decisions.seq,
    decisions.on_day,
    weeks.week_end,
    decisions.rule,
    decisions.lane,
    decisions.case_id,
    customers.name as customer_name,
    decisions.verdict,
    decisions.reason,
    decisions.new_lane,
    decisions.hold_until,
    decisions.is_routing,
    decisions.payload ->> 'note' as note,
    decisions.decided_by
from judged_decisions as decisions
inner join customers on decisions.customer_id = customers.customer_id
inner join weeks on decisions.on_day > weeks.week_start and decisions.on_day <= weeks.week_end
where
    decisions.is_override
    and customers.customer_key in (select scope.customer_key from scope)
order by decisions.seq desc
