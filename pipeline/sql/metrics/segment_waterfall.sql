-- title: From everything open to what a pilot may handle
-- unit: currency
-- better: more of it eligible
-- What each candidate's customers owe on the day, each invoice under the first reason that rules it
-- out: customer among the ten largest, in dispute, terms missing or contradicting, no owner who is
-- still here, customer that habitually pays very late. What is left is eligible.
select
    candidate_members.trait,
    candidate_members.member_of,
    open_steps.step,
    open_steps.currency,
    count(*) as n,
    sum(open_steps.open_amount)::decimal(38, 3) as amount
from open_steps
inner join candidate_members on open_steps.customer_key = candidate_members.customer_key
group by all
order by all
