-- title: Overridden drafts
-- unit: decisions
-- better: few, and of no one rule
-- One row per decision that overrides its draft, of the weeks and customers of the override
-- rate, newest first. `rule` is the one that had sorted the case when it was decided. How much it
-- mattered (severity) is what a person has marked since, blank while nobody has.
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
    decisions.decided_by,
    decisions.event_id,
    marks.severity,
    marks.note as mark_note,
    marks.marked_by
from judged_decisions as decisions
inner join customers on decisions.customer_id = customers.customer_id
inner join weeks on decisions.on_day > weeks.week_start and decisions.on_day <= weeks.week_end
left join override_marks as marks on decisions.event_id = marks.event_id
where
    decisions.is_override
    and customers.customer_key in (select scope.customer_key from scope)
order by decisions.seq desc
