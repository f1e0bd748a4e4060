-- One row per invoice with a PO number or terms that a person has corrected, while the export
-- still says what it said then.
with compared as (
    select
        invoices.invoice_id,
        standing.of_column,
        standing.new_value,
        standing.seq,
        case standing.of_column
            when 'po_number' then invoices.po_number
            when 'terms' then invoices.terms
        end as exported_now,
        standing.exported
    from standing_corrections as standing
    inner join invoices on standing.of_key = invoices.invoice_id
    where standing.of_kind = 'invoices'
)

select
    invoice_id,
    max(new_value) filter (where of_column = 'po_number') as po_number,
    max(seq) filter (where of_column = 'po_number') as po_number_seq,
    max(new_value) filter (where of_column = 'terms') as terms
from compared
where exported_now is not distinct from exported
group by invoice_id
