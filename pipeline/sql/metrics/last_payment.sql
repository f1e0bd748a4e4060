-- title: Last payment known
-- unit: day
-- better: the day before the as-of day, or the day itself
-- The newest day on which cash of a customer is known to have arrived. Whoever chases should
-- know how fresh the books are: what was paid after this day is not in them.
with receipts as (
    select movements.known_on as received_on
    from movements, pilot
    where movements.kind = 'cash' and movements.known_on <= pilot.as_of
    union all
    select payments.received_on
    from intake_payments as payments, pilot
    where payments.fate = 0 and payments.received_on <= pilot.as_of
)

select max(received_on) as last_payment_on
from receipts
