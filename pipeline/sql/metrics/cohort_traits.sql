-- title: What kind of invoices fall due in each window
-- unit: invoices
-- better: the same kinds before and after
-- One row per invoice of segment or control whose original due date falls in a window: the
-- customer's tier, the days that its terms give, its amount in reporting currency, whether it was
-- disputed before the window closed (an ERP flag without a date counts as always), and whether
-- more than 5% of it was written off by then.
with falling_due as (
    select
        receivables.invoice_key,
        receivables.amount,
        windows.is_post,
        windows.cut_on,
        rates.rate,
        arms.arm = 'SEGMENT' as is_pilot,
        customers.tier,
        invoices.invoice_id,
        invoices.is_flagged_disputed,
        terms_days(coalesce(invoices.terms, customers.terms)) as terms_days
    from receivables
    inner join arms on receivables.customer_key = arms.customer_key
    inner join customers on receivables.customer_key = customers.customer_key
    inner join invoices on receivables.invoice_key = invoices.invoice_key
    inner join windows
        on receivables.due_on >= windows.due_from and receivables.due_on < windows.due_before
    inner join rates on receivables.currency = rates.currency
    where
        not receivables.is_credit
        and receivables.amount > 0
        and receivables.issued_on < windows.cut_on
),

first_flagged as (
    select
        invoice_id,
        min(flagged_at)::date as flagged_on
    from disputes
    group by invoice_id
),

written_off as (
    select
        falling_due.invoice_key,
        falling_due.is_post,
        sum(movements.amount) as amount
    from falling_due
    inner join movements on falling_due.invoice_key = movements.invoice_key
    where movements.kind = 'write_off' and movements.effective_on < falling_due.cut_on
    group by falling_due.invoice_key, falling_due.is_post
)

select
    falling_due.invoice_key,
    falling_due.is_post,
    falling_due.is_pilot,
    coalesce(falling_due.tier, 'unknown') as tier,
    coalesce(falling_due.terms_days || ' days', 'unknown') as terms,
    (falling_due.amount * falling_due.rate)::double as reporting,
    falling_due.is_flagged_disputed and first_flagged.invoice_id is null
    or coalesce(first_flagged.flagged_on < falling_due.cut_on, false) as is_disputed,
    coalesce(written_off.amount > 0.05 * falling_due.amount, false) as is_written_off
from falling_due
left join first_flagged on falling_due.invoice_id = first_flagged.invoice_id
left join written_off
    on
        falling_due.invoice_key = written_off.invoice_key
        and falling_due.is_post = written_off.is_post
order by falling_due.is_pilot, falling_due.is_post, falling_due.invoice_key
