-- One row per corrected cell, whatever became of it: waiting for a second person, counting, taken
-- over by the export, overtaken by another value in it, replaced by a later correction, or undone.
with confirmed as (
    select
        payload ->> 'event_id' as event_id,
        any_value(written_by) as confirmed_by
    from ledger_entries
    where kind = 'correction_confirmed'
    group by all
),

undone as (
    select
        payload ->> 'event_id' as event_id,
        any_value(written_by) as undone_by
    from ledger_entries
    where kind = 'correction_undone'
    group by all
),

proposed as (
    select
        seq,
        event_id,
        written_by as corrected_by,
        on_day as corrected_on,
        payload ->> 'kind' as of_kind,
        payload ->> 'key' as of_key,
        payload ->> 'source' as known_from,
        payload ->> 'batch' as batch,
        coalesce((payload ->> 'needs_second')::boolean, true) as needs_second,
        unnest(
            from_json(
                payload -> 'changes',
                '[{"column": "VARCHAR", "old": "VARCHAR", "new": "VARCHAR", "exported": "VARCHAR"}]'
            )
        ) as change
    from ledger_entries
    where kind = 'correction_proposed'
),

changed as (
    select
        * exclude (change),
        change['column'] as of_column,
        change['old'] as old_value,
        change['new'] as new_value,
        change['exported'] as exported
    from proposed
),

unfolded as (
    select
        'contacts' as of_kind,
        contact_id as of_key,
        unnest([
            {'of_column': 'customer_id', 'exported_now': customer_id},
            {'of_column': 'name', 'exported_now': name},
            {'of_column': 'email', 'exported_now': email},
            {'of_column': 'role', 'exported_now': role},
            {'of_column': 'status', 'exported_now': lower(status)},
            {'of_column': 'verified_on', 'exported_now': verified_on::varchar}
        ]) as cell
    from intake_contacts
    where fate = 0 and contact_id in (select proposed.of_key from proposed)
    union all
    select
        'customers' as of_kind,
        customer_id as of_key,
        unnest([
            {'of_column': 'owner_id', 'exported_now': owner_id},
            {'of_column': 'terms', 'exported_now': terms},
            {'of_column': 'po_required', 'exported_now': po_required::varchar}
        ]) as cell
    from customers
    where customer_id in (select proposed.of_key from proposed)
    union all
    select
        'invoices' as of_kind,
        invoice_id as of_key,
        unnest([
            {'of_column': 'po_number', 'exported_now': po_number},
            {'of_column': 'terms', 'exported_now': terms}
        ]) as cell
    from invoices
    where invoice_id in (select proposed.of_key from proposed)
    union all
    select
        'contracts' as of_kind,
        contract_id as of_key,
        unnest([
            {'of_column': 'terms', 'exported_now': terms},
            {'of_column': 'po_number', 'exported_now': po_number}
        ]) as cell
    from intake_contracts
    where fate = 0 and contract_id in (select proposed.of_key from proposed)
),

cells as (
    select
        of_kind,
        of_key,
        cell['of_column'] as of_column,
        cell['exported_now'] as exported_now
    from unfolded
)

select
    changed.seq,
    changed.event_id,
    changed.of_kind,
    changed.of_key,
    changed.of_column,
    changed.old_value,
    changed.new_value,
    cells.exported_now,
    changed.known_from,
    changed.corrected_by,
    changed.corrected_on,
    confirmed.confirmed_by,
    undone.undone_by,
    nullif(changed.batch, '') as batch,
    case
        when undone.event_id is not null then 'undone'
        when changed.needs_second and confirmed.event_id is null then 'waiting'
        when standing.event_id is null then 'replaced'
        when cells.exported_now = changed.new_value then 'taken over'
        when
            coalesce(cells.exported_now, '') = coalesce(changed.exported, '')
            or starts_with(changed.exported, '[erased]') then 'counting'
        else 'overtaken'
    end as state
from changed
left join confirmed on changed.event_id = confirmed.event_id
left join undone on changed.event_id = undone.event_id
left join standing_corrections as standing
    on changed.event_id = standing.event_id and changed.of_column = standing.of_column
left join cells
    on
        changed.of_kind = cells.of_kind
        and changed.of_key = cells.of_key
        and changed.of_column = cells.of_column
order by changed.seq desc
