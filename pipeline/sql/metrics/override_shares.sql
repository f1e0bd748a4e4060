-- title: Overrides by rule, lane, reason, team and week
-- unit: drafts decided (n), of them overridden (k)
-- better: no rule with most of its drafts overridden
-- The decisions behind the override rate, counted once for each way of looking at them: `part`
-- says which. A reason is what the person gave; most drafts taken as they were have none. A team
-- is that of whoever decided, never the person. The same weeks, customers and definition as the
-- override rate, so that every part adds up to it.
with teams as (
    select
        lower(name) as who,
        min(team) as team
    from intake_people
    where fate = 0 and team is not null
    group by lower(name)
),

judged as (
    select
        decisions.seq,
        decisions.rule,
        decisions.lane,
        decisions.reason,
        decisions.is_override,
        decisions.is_routing,
        coalesce(teams.team, 'no team') as team,
        weeks.week_end
    from judged_decisions as decisions
    inner join customers on decisions.customer_id = customers.customer_id
    inner join weeks
        on decisions.on_day > weeks.week_start and decisions.on_day <= weeks.week_end
    left join teams on lower(decisions.decided_by) = teams.who
    where customers.customer_key in (select scope.customer_key from scope)
),

counted as (
    select
        rule,
        lane,
        reason,
        team,
        week_end,
        grouping(rule) as no_rule,
        grouping(lane) as no_lane,
        grouping(reason) as no_reason,
        grouping(team) as no_team,
        grouping(week_end) as no_week,
        count(*) as n,
        count(*) filter (where is_override) as k,
        count(*) filter (where is_override and is_routing) as routing,
        count(*) filter (where is_override and not is_routing) as wording
    from judged
    group by
        grouping sets (
            (rule), (lane), (reason), (team), (rule, reason), (week_end), (rule, week_end)
        )
)

select
    concat_ws(
        ' and ',
        case when no_rule = 0 then 'rule' end,
        case when no_lane = 0 then 'lane' end,
        case when no_reason = 0 then 'reason' end,
        case when no_team = 0 then 'team' end,
        case when no_week = 0 then 'week' end
    ) as part,
    rule,
    lane,
    reason,
    team,
    week_end,
    n,
    k,
    k / n as rate,
    routing,
    wording
from counted
order by part, week_end, k desc, n desc, rule, lane, reason, team
