-- title: Override rate
-- unit: share of drafts decided in the week
-- better: falling, with seeded errors still caught
-- A decision overrides the draft when it is re-routed, held or rejected, or edited in more than
-- 10 % of its words or in any figure, date, name or address. Routing overrides changed the play
-- (re-route, hold, or a reason that says the play was wrong); the others changed the words.
-- Weeks run from Friday's close to Friday's close; undone decisions do not count.
with judged as (
    select
        decisions.seq,
        decisions.on_day,
        decisions.is_override,
        decisions.is_routing
    from judged_decisions as decisions
    inner join customers on decisions.customer_id = customers.customer_id
    where customers.customer_key in (select scope.customer_key from scope)
)

select
    weeks.week_start,
    weeks.week_end,
    count(judged.seq) as n,
    count(judged.seq) filter (where judged.is_override) as k,
    count(judged.seq) filter (where judged.is_override and judged.is_routing) as routing,
    count(judged.seq) filter (where judged.is_override and not judged.is_routing) as wording
from weeks
left join judged on judged.on_day > weeks.week_start and judged.on_day <= weeks.week_end
group by weeks.week_start, weeks.week_end
order by weeks.week_start
