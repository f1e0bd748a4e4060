-- One row per application: what moved a document's balance, on which day, known from when.
-- A positive amount lowers the balance, a reversal raises it; credit notes are used up by
-- either sign, because exports write it both ways. Without a currency it is in its invoice's.
with applied as (
    select
        invoices.invoice_key,
        invoices.is_credit,
        applications.kind,
        applications.effective_on,
        greatest(
            applications.effective_on, coalesce(applications.known_on, applications.effective_on)
        ) as known_on,
        case
            when applications.currency is null
                then to_minor_unit(applications.amount, invoices.currency)
            else applications.amount
        end as amount
    from intake_applications as applications
    inner join invoices on applications.invoice_id = invoices.invoice_id
    where applications.fate = 0
)

select
    invoice_key,
    kind,
    effective_on,
    known_on,
    case
        when not is_credit then amount
        when kind = 'reversal' then -abs(amount)
        else abs(amount)
    end as amount
from applied
