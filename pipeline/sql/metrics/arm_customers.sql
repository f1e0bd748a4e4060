-- title: Customers of one arm
-- unit: customers
-- better: neither; it says whom a figure is about
-- Every customer of the segment, of its comparison, or of the whole book.
select
    customer_id,
    name
from customers
where customer_key in (select scope.customer_key from scope)
order by customer_id
