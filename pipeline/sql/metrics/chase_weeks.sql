-- title: What there is to chase
-- unit: accounts and invoices past due at a week's close
-- better: fewer
-- How many customers owe something past its original due date at each Friday's close, and how
-- many invoices that is. Credits are no work, and what is not due yet gets no follow-up.
select
    weeks.week_start,
    weeks.week_end,
    count(distinct balances.customer_key) as accounts,
    count(balances.invoice_key) as invoices
from weeks
cross join pilot
left join balances
    on
        balances.from_on <= weeks.week_end
        and balances.to_on > weeks.week_end
        and balances.due_on < weeks.week_end
        and balances.balance > 0
        and not balances.is_credit
        and balances.flavour in ('both', pilot.flavour)
        and balances.customer_key in (select scope.customer_key from scope)
group by weeks.week_start, weeks.week_end
order by weeks.week_start
