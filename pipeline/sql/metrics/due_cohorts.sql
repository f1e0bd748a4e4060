-- title: Days past due at payment, capped at 30, by due-date cohort
-- unit: days
-- better: lower
-- One row per invoice (count) or part of one (amount) whose original due date falls in a window
-- before or after go-live, in the pilot's segment or its control. An invoice is paid on the
-- first day on which 5 % or less of it is open for good; paid early counts as on time. What is
-- still open when the window closes is followed to that day and no further. Invoices credited
-- in full are left out in both arms; written-off money counts as never paid.
with periods as (
    select * from windows
),

members as (
    select
        arms.customer_key,
        arms.arm = 'SEGMENT' as is_pilot,
        coalesce(customers.parent_id, customers.customer_id) as cluster
    from arms
    inner join customers on arms.customer_key = customers.customer_key
),

-- A control customer whose parent is in the pilot is not independent of it.
siblings as (
    select members.customer_key
    from members
    where
        not members.is_pilot
        and members.cluster in (select pilots.cluster from members as pilots where pilots.is_pilot)
),

invoices_due as (
    select
        receivables.invoice_key,
        members.cluster,
        members.is_pilot,
        periods.is_post,
        receivables.due_on,
        periods.cut_on,
        receivables.amount,
        rates.rate
    from receivables
    inner join members on receivables.customer_key = members.customer_key
    inner join periods
        on receivables.due_on >= periods.due_from and receivables.due_on < periods.due_before
    inner join rates on receivables.currency = rates.currency
    where
        not receivables.is_credit
        and receivables.amount > 0
        and receivables.issued_on < periods.cut_on
        and receivables.customer_key not in (select siblings.customer_key from siblings)
),

-- An invoice may be in several windows: each is told by its side and the day it closes.
exits as (
    select
        invoices_due.invoice_key,
        invoices_due.is_post,
        invoices_due.cut_on,
        coalesce(sum(movements.amount) filter (where movements.kind = 'credit'), 0) as credited,
        coalesce(sum(movements.amount) filter (where movements.kind = 'write_off'), 0)
            as written_off
    from invoices_due
    inner join movements on invoices_due.invoice_key = movements.invoice_key
    where
        movements.effective_on < invoices_due.cut_on
        and movements.kind in ('credit', 'write_off')
    group by invoices_due.invoice_key, invoices_due.is_post, invoices_due.cut_on
),

owing as (
    select
        invoices_due.*,
        coalesce(exits.credited, 0) as credited,
        coalesce(exits.written_off, 0) as written_off
    from invoices_due
    left join exits
        on
            invoices_due.invoice_key = exits.invoice_key
            and invoices_due.is_post = exits.is_post
            and invoices_due.cut_on = exits.cut_on
    where coalesce(exits.credited, 0) < 0.95 * invoices_due.amount
),

stretches as (
    select
        owing.*,
        balances.from_on,
        balances.to_on,
        balances.balance,
        -- What is still to come back on the books later was not settled for good.
        max(balances.balance) over (
            partition by owing.invoice_key, owing.is_post, owing.cut_on
            order by balances.from_on
            rows between 1 following and unbounded following
        ) as later_balance
    from owing
    inner join balances on owing.invoice_key = balances.invoice_key
    where
        balances.flavour in ('both', 'restated')
        and not balances.is_credit
        and balances.balance > 0
        and balances.from_on < owing.cut_on
),

paid as (
    select
        invoice_key,
        is_post,
        cut_on,
        max(to_on) filter (where balance > 0.05 * amount) as paid_on,
        max(balance) filter (where to_on >= cut_on) as open_at_cut
    from stretches
    group by invoice_key, is_post, cut_on
),

by_invoice as (
    select
        'count' as basis,
        owing.cluster,
        owing.is_pilot,
        owing.is_post,
        owing.invoice_key,
        -- Not in the books on any day before the cut but paid: settled on or before issue.
        coalesce(paid.paid_on, owing.due_on) < owing.cut_on
        and owing.written_off <= 0.05 * owing.amount as is_observed,
        coalesce(paid.paid_on, owing.due_on) as paid_on,
        owing.due_on,
        owing.cut_on,
        1::double as weight
    from owing
    left join paid
        on
            owing.invoice_key = paid.invoice_key
            and owing.is_post = paid.is_post
            and owing.cut_on = paid.cut_on
),

parts as (
    select
        *,
        greatest(
            0,
            greatest(balance, coalesce(later_balance, 0)) - coalesce(later_balance, 0)
        ) as settled_amount
    from stretches
    where to_on < cut_on
),

settled as (
    select
        invoice_key,
        is_post,
        cut_on,
        sum(settled_amount) as amount
    from parts
    group by invoice_key, is_post, cut_on
),

by_part as (
    -- Money settled on a day, less its share that was credit or written off.
    select
        'amount' as basis,
        parts.cluster,
        parts.is_pilot,
        parts.is_post,
        parts.invoice_key,
        true as is_observed,
        parts.to_on as paid_on,
        parts.due_on,
        parts.cut_on,
        greatest(
            0,
            parts.settled_amount
            * (1 - (parts.credited + parts.written_off) / nullif(settled.amount, 0))
            * parts.rate
        )::double as weight
    from parts
    inner join settled
        on
            parts.invoice_key = settled.invoice_key
            and parts.is_post = settled.is_post
            and parts.cut_on = settled.cut_on
    where parts.settled_amount > 0
    union all
    select
        'amount' as basis,
        owing.cluster,
        owing.is_pilot,
        owing.is_post,
        owing.invoice_key,
        false as is_observed,
        owing.cut_on as paid_on,
        owing.due_on,
        owing.cut_on,
        ((coalesce(paid.open_at_cut, 0) + owing.written_off) * owing.rate)::double as weight
    from owing
    left join paid
        on
            owing.invoice_key = paid.invoice_key
            and owing.is_post = paid.is_post
            and owing.cut_on = paid.cut_on
    where coalesce(paid.open_at_cut, 0) + owing.written_off > 0
),

together as (
    select * from by_invoice
    union all
    select * from by_part
)

select
    basis,
    cluster,
    is_pilot,
    is_post,
    invoice_key,
    due_on,
    is_observed,
    weight,
    (cut_on - due_on)::integer as followed,
    case
        when is_observed then greatest(0, paid_on - due_on)
        else cut_on - due_on
    end::double as days
from together
where weight > 0
order by basis, is_pilot, is_post, cluster, invoice_key, days
