-- as: view
-- One row per contract: those of a table, and the agreements in prose whose customer is known.
select
    it.contract_id,
    it.starts_on,
    it.ends_on,
    it.renews_on,
    it.terms,
    it.po_required,
    it.po_number,
    it.file_id,
    filed.contract_row is not null as is_prose,
    case when filed.contract_row is null then it.customer_id else filed.customer_id end
        as customer_id
from intake_contracts as it
left join filed_agreements as filed on it.rowid = filed.contract_row
where it.fate = 0 and (filed.contract_row is null or filed.customer_id is not null)
