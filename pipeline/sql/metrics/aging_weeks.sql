-- title: Open invoices by age, week by week
-- unit: currency
-- better: less of it past due
-- What was owed at the close of each week, by days past the original due date (the due day itself
-- is still current), all of it and what of it was in dispute then. Counted like the aging of a day,
-- restated: with everything known since. Open credits and unapplied cash are not in it.
with open_then as (
    select
        weeks.week_end,
        balances.currency,
        balances.balance,
        bucket((weeks.week_end - balances.due_on)::integer) as bucket,
        case
            when disputed_weeks.invoice_key is null then 0
            else least(balances.balance, coalesce(disputed_weeks.amount, balances.balance))
        end as disputed
    from balances
    cross join pilot
    inner join weeks on balances.from_on <= weeks.week_end and balances.to_on > weeks.week_end
    left join disputed_weeks
        on
            balances.invoice_key = disputed_weeks.invoice_key
            and weeks.week_end = disputed_weeks.week_end
    where
        balances.flavour in ('both', pilot.flavour)
        and not balances.is_credit
        and balances.balance > 0
        and balances.customer_key in (select scope.customer_key from scope)
)

select
    week_end,
    currency,
    bucket,
    count(*) as n,
    sum(balance)::decimal(38, 3) as amount,
    sum(disputed)::decimal(38, 3) as disputed
from open_then
group by week_end, currency, bucket
order by currency, week_end, bucket_place(bucket)
