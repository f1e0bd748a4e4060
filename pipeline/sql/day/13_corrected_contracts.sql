-- One row per contract with terms or a PO number that a person has corrected, while the export
-- still says what it said then.
with compared as (
    select
        signed.contract_id,
        standing.of_column,
        standing.new_value,
        case standing.of_column
            when 'terms' then signed.terms
            when 'po_number' then signed.po_number
        end as exported_now,
        standing.exported
    from standing_corrections as standing
    inner join intake_contracts as signed on standing.of_key = signed.contract_id
    where standing.of_kind = 'contracts' and signed.fate = 0
)

select
    contract_id,
    max(new_value) filter (where of_column = 'terms') as terms,
    max(new_value) filter (where of_column = 'po_number') as po_number
from compared
where exported_now is not distinct from exported
group by contract_id
