-- title: From the opening to the closing balance
-- unit: currency
-- better: the gap is nought
-- Per span of days (from, to] and currency: opening + billed - paid - credited - written off +
-- overpaid = closing. Paid is cash less reversals; credited counts credit memos, discounts taken
-- and tax withheld; overpaid is what was applied beyond a balance and waits as unapplied cash.
-- Movements and balances are counted apart: gap is what they disagree by.
with spans as (
    select week_start, week_end
    from weeks
),

documents as (
    select
        receivables.invoice_key,
        receivables.currency,
        receivables.amount,
        case when pilot.flavour = 'reported' then receivables.known_on
            else receivables.issued_on end as counted_on
    from receivables, pilot
    where
        not receivables.is_credit
        and receivables.customer_key in (select scope.customer_key from scope)
),

lines as (
    select
        spans.week_end,
        balances.currency,
        case when balances.to_on > spans.week_start and balances.from_on <= spans.week_start
            then balances.balance else 0 end as opening,
        case when balances.to_on > spans.week_end and balances.from_on <= spans.week_end
            then balances.balance else 0 end as closing,
        case when balances.to_on > spans.week_end and balances.from_on <= spans.week_end
            then balances.excess else 0 end
        - case when balances.to_on > spans.week_start and balances.from_on <= spans.week_start
            then balances.excess else 0 end as overpaid,
        0 as billed,
        0 as paid,
        0 as credited,
        0 as written_off
    from balances
    cross join pilot
    inner join spans
        on balances.from_on <= spans.week_end and balances.to_on > spans.week_start
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.customer_key in (select scope.customer_key from scope)
    union all
    select
        spans.week_end,
        documents.currency,
        0 as opening,
        0 as closing,
        0 as overpaid,
        documents.amount as billed,
        0 as paid,
        0 as credited,
        0 as written_off
    from documents
    inner join spans
        on documents.counted_on > spans.week_start and documents.counted_on <= spans.week_end
    union all
    select
        spans.week_end,
        documents.currency,
        0 as opening,
        0 as closing,
        0 as overpaid,
        0 as billed,
        case when movements.kind in ('cash', 'reversal') then movements.amount else 0 end as paid,
        case when movements.kind in ('credit', 'discount', 'withholding')
            then movements.amount else 0 end as credited,
        case when movements.kind = 'write_off' then movements.amount else 0 end as written_off
    from movements
    inner join documents on movements.invoice_key = documents.invoice_key
    cross join pilot
    inner join spans
        on
            case when pilot.flavour = 'reported' then movements.known_on
                else movements.effective_on end > spans.week_start
            and case when pilot.flavour = 'reported' then movements.known_on
                else movements.effective_on end <= spans.week_end
)

select
    week_end,
    currency,
    sum(opening)::decimal(38, 3) as opening,
    sum(billed)::decimal(38, 3) as billed,
    sum(paid)::decimal(38, 3) as paid,
    sum(credited)::decimal(38, 3) as credited,
    sum(written_off)::decimal(38, 3) as written_off,
    sum(overpaid)::decimal(38, 3) as overpaid,
    sum(closing)::decimal(38, 3) as closing,
    sum(closing - opening - billed + paid + credited + written_off - overpaid)::decimal(38, 3)
        as gap
from lines
group by week_end, currency
order by week_end, currency
