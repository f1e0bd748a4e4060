-- as: view
-- One row per span of days (from, to] and invoice open at its start: how old it was, how old what
-- is left of it is at the end, and where the rest went. What was open = still open + collected +
-- credited + written off, exactly. What left beyond write-offs and credits is collected.
with opening as (
    select
        weeks.week_start,
        weeks.week_end,
        balances.invoice_key,
        balances.customer_key,
        balances.currency,
        balances.due_on,
        balances.balance
    from balances
    cross join pilot
    inner join weeks on balances.from_on <= weeks.week_start and balances.to_on > weeks.week_start
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        and balances.customer_key in (select scope.customer_key from scope)
),

dated_movements as (
    select
        movements.invoice_key,
        movements.kind,
        movements.amount,
        case when pilot.flavour = 'reported' then movements.known_on
            else movements.effective_on end as counted_on
    from movements
    cross join pilot
    where movements.kind in ('credit', 'discount', 'withholding', 'write_off')
),

flows as (
    select
        opening.week_end,
        opening.invoice_key,
        coalesce(
            sum(dated_movements.amount) filter (where dated_movements.kind = 'write_off'), 0
        ) as written_off,
        coalesce(
            sum(dated_movements.amount) filter (where dated_movements.kind <> 'write_off'), 0
        ) as credited
    from opening
    inner join dated_movements
        on
            opening.invoice_key = dated_movements.invoice_key
            and opening.week_start < dated_movements.counted_on
            and opening.week_end >= dated_movements.counted_on
    group by opening.week_end, opening.invoice_key
),

closing as (
    select
        weeks.week_end,
        balances.invoice_key,
        balances.balance
    from balances
    cross join pilot
    inner join weeks on balances.from_on <= weeks.week_end and balances.to_on > weeks.week_end
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
),

left_over as (
    select
        opening.*,
        least(opening.balance, coalesce(closing.balance, 0)) as still_open,
        opening.balance - least(opening.balance, coalesce(closing.balance, 0)) as gone,
        coalesce(flows.written_off, 0) as written_off_in_all,
        coalesce(flows.credited, 0) as credited_in_all
    from opening
    left join closing
        on opening.invoice_key = closing.invoice_key and opening.week_end = closing.week_end
    left join flows
        on opening.invoice_key = flows.invoice_key and opening.week_end = flows.week_end
),

without_write_offs as (
    select
        *,
        greatest(0, least(gone, written_off_in_all)) as written_off
    from left_over
),

parted as (
    select
        *,
        greatest(0, least(gone - written_off, credited_in_all)) as credited
    from without_write_offs
)

select
    week_start,
    week_end,
    invoice_key,
    customer_key,
    currency,
    due_on,
    bucket((week_start - due_on)::integer) as from_bucket,
    bucket((week_end - due_on)::integer) as to_bucket,
    balance as open_at_start,
    still_open,
    gone - written_off - credited as collected,
    credited,
    written_off
from parted
