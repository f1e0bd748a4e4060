-- title: Customers and what makes them fit for a pilot
-- unit: customers
-- better: an owner, a confirmed contact, no habit of paying very late
-- Each customer's traits, whether it is among the ten largest by billings of twelve months (an
-- unknown rank counts as top), has an owner on the list of people who is still here, a working
-- contact confirmed within 90 days, and whether three of its last six invoices due before the end
-- of the selection window were over 30 days late by then. Busy: billed in 180 days, or owing now.
select * from customer_traits
order by customer_key
