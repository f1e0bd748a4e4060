-- as: view
-- Agreements in prose whose names tell no customer: file them in contracts/CUSTOMER_ID/, or under
-- a customer on the page Messages and agreements.
select
    contract_id,
    file,
    filed_under
from filed_agreements
where customer_id is null
