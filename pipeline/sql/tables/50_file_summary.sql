-- One row per file: how many of its rows were accepted, refused and skipped.
-- rows = accepted + refused + skipped, where skipped rows are blank, headings, totals, or
-- repeat an earlier row. Rows that a file only mentions beside its own kinds do not count.
with fates as (
    select 'invoices' as kind, file_id, fate, is_rounded from intake_invoices
    union all
    select 'applications' as kind, file_id, fate, is_rounded from intake_applications
    union all
    select 'payments' as kind, file_id, fate, is_rounded from intake_payments
    union all
    select 'customers' as kind, file_id, fate, is_rounded from intake_customers
    union all
    select 'contacts' as kind, file_id, fate, is_rounded from intake_contacts
    union all
    select 'people' as kind, file_id, fate, is_rounded from intake_people
    union all
    select 'contracts' as kind, file_id, fate, is_rounded from intake_contracts
    union all
    select 'tickets' as kind, file_id, fate, is_rounded from intake_tickets
    union all
    select 'messages' as kind, file_id, fate, is_rounded from intake_messages
    union all
    select 'disputes' as kind, file_id, fate, is_rounded from intake_disputes
    union all
    select 'deals' as kind, file_id, fate, is_rounded from intake_deals
    union all
    select 'prep_log' as kind, file_id, fate, is_rounded from intake_prep_log
    union all
    select 'control_totals' as kind, file_id, fate, is_rounded from intake_control_totals
),

own as (
    select distinct
        file_id,
        kind
    from loads
    where not is_derived
),

counted as (
    select
        fates.file_id,
        count(*) filter (where fates.fate = 0) as accepted,
        count(*) filter (where fates.fate = 2) as repeated,
        count(*) filter (where fates.fate = 5) as shortened,
        count(*) filter (where fates.fate in (1, 3, 4)) as refused,
        count(*) filter (where fates.is_rounded and fates.fate = 0) as rounded
    from fates
    inner join own on fates.file_id = own.file_id and fates.kind = own.kind
    group by fates.file_id
),

refused_on_reading as (
    select
        refusals.file_id,
        count(distinct refusals.row) as n
    from refusals
    inner join files on refusals.file_id = files.file_id
    where refusals.is_whole_row
    group by refusals.file_id
)

select
    files.file_id,
    files.file,
    files.layout,
    files.layout_title,
    files.kind,
    files.rows,
    files.state,
    files.note,
    files.warnings,
    files.question,
    files.choices,
    coalesce(counted.accepted, 0) as accepted,
    coalesce(counted.refused, 0) + coalesce(refused_on_reading.n, 0) as refused,
    coalesce(counted.repeated + counted.shortened, 0) + len(files.skipped_rows) as skipped,
    coalesce(counted.repeated, 0) as repeated,
    coalesce(counted.shortened, 0) as shortened,
    coalesce(counted.rounded, 0) as rounded
from files
left join counted on files.file_id = counted.file_id
left join refused_on_reading on files.file_id = refused_on_reading.file_id
