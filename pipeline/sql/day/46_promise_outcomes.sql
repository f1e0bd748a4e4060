-- as: view
-- One row per promise to pay and currency: what was open of its invoices when it was made (at the
-- close of the day before, so that money of the very day counts), and what came of it. It matures two business days after its date. Kept: 95% or more came in as
-- cash by then; partly kept: some did. Renegotiated: a newer promise on one of its invoices before
-- it matured. Cancelled: nothing was open, or its invoices were disputed before its date or
-- credited away. Pending: not mature yet.
with promised as (
    select
        seq,
        on_day as made_on,
        written_by as made_by,
        try_cast(payload ->> 'promised_on' as date) as promised_on,
        unnest(from_json(payload -> 'invoice_ids', '["VARCHAR"]')) as invoice_id
    from ledger_entries
    where kind = 'promise_recorded'
),

dated as (
    select
        promised.*,
        receivables.invoice_key,
        receivables.customer_key,
        receivables.currency,
        promised_on + case isodow(promised_on)
            when 4 then 4 when 5 then 4 when 6 then 3 else 2
        end as matures_on
    from promised
    inner join invoices on promised.invoice_id = invoices.invoice_id
    inner join receivables on invoices.invoice_key = receivables.invoice_key
    where
        promised.promised_on is not null
        and receivables.customer_key in (select scope.customer_key from scope)
),

owed as (
    select
        dated.*,
        coalesce(
            (
                select max(balances.balance)
                from balances
                where
                    balances.invoice_key = dated.invoice_key
                    and balances.flavour in ('both', 'restated')
                    and balances.from_on < dated.made_on
                    and balances.to_on >= dated.made_on
            ),
            0
        ) as amount
    from dated
),

came as (
    select
        owed.seq,
        owed.invoice_key,
        coalesce(sum(movements.amount) filter (where movements.kind in ('cash', 'reversal')), 0)
            as cash,
        coalesce(
            sum(movements.amount) filter (where movements.kind not in ('cash', 'reversal')), 0
        ) as credited
    from owed
    cross join pilot
    inner join movements on owed.invoice_key = movements.invoice_key
    where
        movements.effective_on >= owed.made_on
        and movements.effective_on <= least(owed.matures_on, pilot.as_of)
    group by owed.seq, owed.invoice_key
),

judged as (
    select
        owed.*,
        least(owed.amount, greatest(0, coalesce(came.cash, 0))) as paid,
        coalesce(came.credited, 0) >= 0.95 * owed.amount
        or exists (
            select 1
            from disputes
            where
                disputes.invoice_id = owed.invoice_id
                and disputes.flagged_at::date >= owed.made_on
                and disputes.flagged_at::date < owed.promised_on
        ) as is_cancelled,
        exists(
            select 1
            from dated as newer
            where
                newer.invoice_key = owed.invoice_key
                and newer.seq > owed.seq
                and newer.made_on <= owed.matures_on
        ) as is_renegotiated
    from owed
    left join came on owed.seq = came.seq and owed.invoice_key = came.invoice_key
),

together as (
    select
        seq,
        currency,
        made_on,
        made_by,
        promised_on,
        matures_on,
        min(customer_key) as customer_key,
        string_agg(invoice_id, ', ' order by invoice_id) as invoice_ids,
        coalesce(sum(amount) filter (where not is_cancelled), 0) as amount,
        coalesce(sum(paid) filter (where not is_cancelled), 0) as paid,
        bool_and(is_cancelled) as is_cancelled,
        bool_or(is_renegotiated) as is_renegotiated
    from judged
    group by all
)

select
    together.*,
    together.matures_on + ((12 - isodow(together.matures_on)) % 7)::integer as week_end,
    case
        when together.is_cancelled or together.amount = 0 then 'cancelled'
        when together.is_renegotiated then 'renegotiated'
        when together.paid >= 0.95 * together.amount then 'kept'
        when together.matures_on > pilot.as_of then 'pending'
        when together.paid > 0.01 * together.amount then 'partly'
        else 'broken'
    end as state
from together, pilot
