-- title: What the cleanliness of a candidate is counted from
-- unit: invoices and customers
-- better: clear terms, owners, contacts; few disputes and very late payers
-- Per candidate, its busy customers outside the top ten: how many have an active owner, a contact
-- confirmed within 90 days, a habit of paying very late (of those with a payment history); of the
-- invoices issued in 180 days, on how many the terms of invoice, customer and contract agree, how
-- many lack a PO number that is needed, and how many fell due; in the 180 days to the end of the
-- selection window, how many invoices were issued or disputed, and how many of them disputed.
-- Effective customers: 1 / sum of squared shares of what is open.
with members as (
    select
        candidate_members.trait,
        candidate_members.member_of,
        customer_traits.*
    from candidate_members
    inner join customer_traits on candidate_members.customer_key = customer_traits.customer_key
    where customer_traits.is_busy and not customer_traits.is_top_ten
),

selection as (
    select max(due_before) as ends_before
    from windows
),

contract_terms as (
    select
        contracts.customer_id,
        max_by(coalesce(corrected_contracts.terms, contracts.terms), contracts.starts_on) as terms,
        max_by(
            coalesce(corrected_contracts.po_number, contracts.po_number), contracts.starts_on
        ) as po_number,
        bool_or(contracts.po_required) as po_required
    from contracts_now as contracts
    cross join pilot
    left join corrected_contracts on contracts.contract_id = corrected_contracts.contract_id
    where
        contracts.starts_on <= pilot.as_of
        and coalesce(contracts.ends_on, pilot.as_of) >= pilot.as_of
    group by contracts.customer_id
),

worded as (
    select
        receivables.customer_key,
        receivables.due_on,
        coalesce(trim(coalesce(corrected_invoices.terms, invoices.terms)), '') as terms,
        terms_days(coalesce(corrected_invoices.terms, invoices.terms)) as invoice_days,
        terms_days(coalesce(corrected_customers.terms, customers.terms)) as customer_days,
        terms_days(contract_terms.terms) as contract_days,
        coalesce(corrected_customers.po_required, customers.po_required, false)
        or coalesce(contract_terms.po_required, false) as needs_po,
        coalesce(
            corrected_invoices.po_number, invoices.po_number, contract_terms.po_number, ''
        ) as po_number
    from receivables
    cross join pilot
    inner join invoices on receivables.invoice_key = invoices.invoice_key
    inner join customers on receivables.customer_key = customers.customer_key
    left join corrected_invoices on invoices.invoice_id = corrected_invoices.invoice_id
    left join corrected_customers on customers.customer_id = corrected_customers.customer_id
    left join contract_terms on customers.customer_id = contract_terms.customer_id
    where
        not receivables.is_credit
        and receivables.issued_on > pilot.as_of - 180
        and receivables.issued_on <= pilot.as_of
),

billed_by as (
    select
        customer_key,
        count(*) as billed,
        count(*) filter (
            where terms <> '' and not coalesce(
                invoice_days <> customer_days
                or invoice_days <> contract_days
                or customer_days <> contract_days,
                false
            )
        ) as clear_terms,
        count(*) filter (where needs_po and trim(po_number) = '') as without_po
    from worded
    group by customer_key
),

due_by as (
    select
        receivables.customer_key,
        count(*) as due
    from receivables, pilot
    where
        not receivables.is_credit
        and receivables.amount > 0
        and receivables.due_on > pilot.as_of - 180
        and receivables.due_on <= pilot.as_of
    group by receivables.customer_key
),

flagged as (
    select
        disputes.invoice_id,
        disputes.flagged_at::date as flagged_on
    from disputes
    union all
    select
        invoices.invoice_id,
        invoices.issued_on as flagged_on
    from invoices
    where
        invoices.is_flagged_disputed
        and invoices.invoice_id not in (select disputes.invoice_id from disputes)
),

disputed as (
    select distinct flagged.invoice_id
    from flagged, selection
    where
        flagged.flagged_on >= selection.ends_before - 180
        and flagged.flagged_on < selection.ends_before
),

disputes_by as (
    select
        receivables.customer_key,
        count(*) as disputable,
        count(*) filter (where disputed.invoice_id is not null) as disputed
    from receivables
    cross join selection
    inner join invoices on receivables.invoice_key = invoices.invoice_key
    left join disputed on invoices.invoice_id = disputed.invoice_id
    where
        not receivables.is_credit
        and (
            disputed.invoice_id is not null
            or (
                receivables.issued_on >= selection.ends_before - 180
                and receivables.issued_on < selection.ends_before
            )
        )
    group by receivables.customer_key
),

open_by as (
    select
        open_steps.customer_key,
        sum(open_steps.open_amount * rates.rate)::double as amount
    from open_steps
    inner join rates on open_steps.currency = rates.currency
    group by open_steps.customer_key
)

select
    members.trait,
    members.member_of,
    count(*) as customers,
    count(*) filter (where members.has_active_owner) as with_owner,
    count(*) filter (where members.has_fresh_contact) as with_contact,
    count(*) filter (where members.known_invoices > 0) as with_history,
    count(*) filter (where members.is_chronic) as chronic,
    coalesce(sum(billed_by.billed), 0)::bigint as billed,
    coalesce(sum(billed_by.clear_terms), 0)::bigint as clear_terms,
    coalesce(sum(billed_by.without_po), 0)::bigint as without_po,
    coalesce(sum(due_by.due), 0)::bigint as due,
    coalesce(sum(disputes_by.disputable), 0)::bigint as disputable,
    coalesce(sum(disputes_by.disputed), 0)::bigint as disputed,
    sum(open_by.amount) ^ 2 / nullif(sum(open_by.amount ^ 2), 0) as effective_customers
from members
left join billed_by on members.customer_key = billed_by.customer_key
left join due_by on members.customer_key = due_by.customer_key
left join disputes_by on members.customer_key = disputes_by.customer_key
left join open_by on members.customer_key = open_by.customer_key
group by members.trait, members.member_of
order by members.trait, members.member_of
