-- One row per application: what moved a document's balance, on which day, known from when.
-- A positive amount lowers the balance, a reversal raises it; credit notes are used up by
-- either sign, because exports write it both ways.
select
    invoices.invoice_key,
    applications.kind,
    applications.effective_on,
    greatest(
        applications.effective_on, coalesce(applications.known_on, applications.effective_on)
    ) as known_on,
    case
        when not invoices.is_credit then applications.amount
        when applications.kind = 'reversal' then -abs(applications.amount)
        else abs(applications.amount)
    end as amount
from intake_applications as applications
inner join invoices on applications.invoice_id = invoices.invoice_id
where applications.fate = 0
