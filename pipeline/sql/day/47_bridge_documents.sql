-- as: view
-- One row per invoice and side of a comparison of two days (the week ends; a week's days are those
-- that DSO divides by): what was billed of it, what was open, disputed, and credited or written
-- off by then, its age past due, and the age it would have on the customer's earlier terms.
-- Classes are drawn once, on the earlier day: the largest customers that make half of the year's
-- billings, the others, and those not billed in that year, by tier.
with sides as (
    select
        week_start,
        week_end,
        week_end = max(week_end) over () as is_after,
        min(week_end) over () as before_on,
        max(week_end) over () as after_on
    from weeks
),

span as (
    select distinct before_on, after_on
    from sides
),

documents as (
    select receivables.*
    from receivables
    where
        not receivables.is_credit
        and receivables.customer_key in (select scope.customer_key from scope)
),

billed_before as (
    select
        documents.customer_key,
        documents.currency,
        sum(documents.amount) as amount,
        quantile_disc(documents.due_on - documents.issued_on, 0.5) as terms_in_days
    from documents, span
    where
        documents.issued_on <= span.before_on
        and documents.issued_on > span.before_on - 365
    group by documents.customer_key, documents.currency
),

billed_after as (
    select
        documents.customer_key,
        documents.currency,
        quantile_disc(documents.due_on - documents.issued_on, 0.5) as terms_in_days
    from documents, span
    where documents.issued_on > span.before_on and documents.issued_on <= span.after_on
    group by documents.customer_key, documents.currency
),

ranked as (
    select
        customer_key,
        currency,
        terms_in_days,
        sum(amount) over (partition by currency) as amount_of_all,
        sum(amount) over (
            partition by currency order by amount desc, customer_key rows unbounded preceding
        ) - amount as amount_of_larger
    from billed_before
),

-- Month ends move a due date by a few days: from five days on the terms were changed.
habits as (
    select
        coalesce(ranked.customer_key, billed_after.customer_key) as customer_key,
        coalesce(ranked.currency, billed_after.currency) as currency,
        case
            when ranked.customer_key is null then 'new'
            when ranked.amount_of_larger < 0.5 * ranked.amount_of_all then 'large'
            else 'other'
        end as size,
        case
            when abs(billed_after.terms_in_days - ranked.terms_in_days) >= 5
                then billed_after.terms_in_days - ranked.terms_in_days
            else 0
        end::integer as longer_terms
    from ranked
    full join billed_after
        on
            ranked.customer_key = billed_after.customer_key
            and ranked.currency = billed_after.currency
),

open_then as (
    select
        sides.week_end,
        balances.invoice_key,
        balances.balance
    from balances
    cross join pilot
    inner join sides
        on balances.from_on <= sides.week_end and balances.to_on > sides.week_end
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        and balances.customer_key in (select scope.customer_key from scope)
),

dated_movements as (
    select
        movements.invoice_key,
        movements.amount,
        case when pilot.flavour = 'reported' then movements.known_on
            else movements.effective_on end as counted_on
    from movements
    cross join pilot
    where movements.kind in ('credit', 'discount', 'withholding', 'write_off')
),

credited_then as (
    select
        sides.week_end,
        dated_movements.invoice_key,
        sum(dated_movements.amount) as amount
    from dated_movements
    inner join documents on dated_movements.invoice_key = documents.invoice_key
    inner join sides on dated_movements.counted_on <= sides.week_end
    group by sides.week_end, dated_movements.invoice_key
),

known as (
    select
        sides.is_after,
        sides.week_start,
        sides.week_end,
        sides.before_on,
        documents.invoice_key,
        documents.customer_key,
        documents.currency,
        documents.issued_on,
        documents.due_on,
        case
            when
                documents.issued_on <= sides.week_end
                and (pilot.flavour = 'restated' or documents.known_on <= sides.week_end)
                then documents.amount
            else 0
        end as billed,
        coalesce(open_then.balance, 0) as open_amount,
        coalesce(credited_then.amount, 0) as credited,
        case
            when disputed_weeks.invoice_key is null then 0
            else least(
                coalesce(open_then.balance, 0), coalesce(disputed_weeks.amount, open_then.balance)
            )
        end as disputed
    from documents
    cross join sides
    cross join pilot
    left join open_then
        on
            documents.invoice_key = open_then.invoice_key
            and sides.week_end = open_then.week_end
    left join credited_then
        on
            documents.invoice_key = credited_then.invoice_key
            and sides.week_end = credited_then.week_end
    left join disputed_weeks
        on
            documents.invoice_key = disputed_weeks.invoice_key
            and sides.week_end = disputed_weeks.week_end
),

aged as (
    select
        known.*,
        concat_ws(' ', customers.tier, coalesce(habits.size, 'other')) as customer_class,
        known.issued_on > known.week_start as is_recent,
        (known.week_end - known.due_on)::integer as days_past_due,
        case
            when known.is_after and known.issued_on > known.before_on
                then coalesce(habits.longer_terms, 0)
            else 0
        end as longer_terms
    from known
    inner join customers on known.customer_key = customers.customer_key
    left join habits
        on known.customer_key = habits.customer_key and known.currency = habits.currency
    where known.billed > 0 or known.open_amount > 0
)

select
    is_after,
    week_end,
    invoice_key,
    customer_key,
    currency,
    issued_on,
    due_on,
    customer_class,
    is_recent,
    longer_terms,
    days_past_due,
    days_past_due + longer_terms as earlier_days_past_due,
    billed,
    open_amount,
    coalesce(disputed, 0) as disputed,
    -- What was credited beyond what is gone was given back.
    greatest(0, least(credited, billed - open_amount)) as credited
from aged
