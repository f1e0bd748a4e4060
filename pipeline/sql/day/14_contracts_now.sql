-- as: view
-- One row per contract as it stands on the day: those whose customer the exports tell, and the
-- agreements in prose that a person has filed under one.
select
    contract_id,
    customer_id,
    starts_on,
    ends_on,
    renews_on,
    terms,
    po_required,
    po_number
from contracts
union all
select
    it.contract_id,
    filed.customer_id,
    it.starts_on,
    it.ends_on,
    it.renews_on,
    it.terms,
    it.po_required,
    it.po_number
from filed_agreements
inner join intake_contracts as it on filed_agreements.contract_row = it.rowid
inner join filed_items as filed
    on filed.of_kind = 'contracts' and filed_agreements.contract_id = filed.of_key
where filed_agreements.customer_id is null
