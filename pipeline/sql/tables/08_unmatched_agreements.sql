-- as: view
-- Agreements in prose that nobody can tell the customer of: file them in contracts/CUSTOMER_ID/.
select
    contract_id,
    file,
    filed_under
from filed_agreements
where customer_id is null
