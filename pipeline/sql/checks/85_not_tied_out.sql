-- title: Books do not tie to the control total
-- severity: warns
-- fix: Find the missing or doubled rows; load complete exports again.
-- consequence: The books are {amount} away from the general ledger: no figure here is safe until that is found.
-- The newest control total of each currency against the books rebuilt as of its own day.
select
    null::varchar as invoice_id,
    null::varchar as customer_id,
    null::varchar as customer_name,
    abs(difference)::decimal(38, 3) as amount,
    currency,
    currency || ' on ' || as_of as subject,
    'On ' || as_of || ' the books say ' || readable(books_amount) || ' ' || currency
    || ', the control total ' || readable(control_amount) || '.' as because,
    'Find the missing or doubled rows, and load complete exports again.' as proposed_fix,
    'Finance lead' as fixer
from tie_outs
where difference <> 0
