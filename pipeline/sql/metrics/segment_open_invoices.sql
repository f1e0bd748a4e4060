-- title: Open invoices and what rules them out of a pilot
-- unit: currency
-- better: more of it eligible
-- Every invoice open on the day under the first reason that rules it out, or eligible.
select * from open_steps
order by invoice_id, invoice_key
