-- title: Candidate segments and who is in them
-- unit: customers
-- better: a clear line that one condition draws
-- Every value of every trait of the customer list is a candidate, and so is each pair of tier and
-- terms, and the segment that pilot.toml sets.
select
    trait,
    member_of,
    customer_key
from candidate_members
order by trait, member_of, customer_key
