-- as: view
-- Messages known on the day whose customer is known, with how it is known.
select * exclude (doubt, candidates)
from known_messages
where customer_id is not null
