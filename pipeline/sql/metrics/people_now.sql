-- title: Our own people
-- unit: one row each
-- better: every team has somebody active
-- Who could take a dispute: everybody in the export of our people, with team and whether they are
-- still here. Who is not said to have left is here.
select
    person_id,
    name,
    team,
    coalesce(active, true) as is_active
from intake_people
where fate = 0
order by name, person_id
