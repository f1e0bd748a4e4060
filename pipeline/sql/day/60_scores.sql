-- How likely an invoice of this customer, this many days late, is still open at the next
-- bucket edge: of the customer's earlier invoices that got this late, how many were still
-- unpaid at the edge, drawn towards the whole book by K = 4 imaginary invoices
-- (empirical Bayes, p = (k + K r) / (n + K)). Open invoices speak only once past the edge.
with ages as (
    select distinct
        balances.customer_key,
        greatest(-30, least(400, pilot.as_of - balances.due_on)) as age
    from balances, pilot
    where
        balances.flavour in ('both', 'reported')
        and not balances.is_credit
        and balances.balance > 0
        and balances.due_on is not null
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
        and balances.customer_key in (select focus.customer_key from focus)
),

edged as (
    select
        customer_key,
        age,
        case
            when age <= 0 then -30
            else age
        end as reached,
        case
            when age <= 0 then 1
            when age <= 30 then 31
            when age <= 60 then 61
            when age <= 90 then 91
            else age + 30
        end as edge
    from ages
),

own as (
    select
        edged.customer_key,
        edged.age,
        sum(delays.n) filter (
            where case when delays.is_closed then delays.days_late >= edged.reached
            else delays.days_late >= edged.edge end
        ) as reached_n,
        sum(delays.n) filter (where delays.days_late >= edged.edge) as still_open_n
    from edged
    inner join delays on edged.customer_key = delays.customer_key
    group by edged.customer_key, edged.age
),

book_ages as (
    select distinct age, reached, edge from edged
),

book as (
    select
        book_ages.age,
        sum(book_delays.n) filter (
            where case when book_delays.is_closed then book_delays.days_late >= book_ages.reached
            else book_delays.days_late >= book_ages.edge end
        ) as reached_n,
        sum(book_delays.n) filter (where book_delays.days_late >= book_ages.edge) as still_open_n
    from book_ages
    cross join book_delays
    group by book_ages.age
)

select
    edged.customer_key,
    edged.age,
    edged.edge,
    coalesce(own.reached_n, 0)::bigint as own_n,
    coalesce(own.still_open_n, 0)::bigint as own_k,
    coalesce(book.still_open_n, 0) / nullif(book.reached_n, 0)::double as book_rate,
    case
        when coalesce(book.reached_n, 0) > 0 then
            (coalesce(own.still_open_n, 0) + 4 * coalesce(book.still_open_n, 0) / book.reached_n)
            / (coalesce(own.reached_n, 0) + 4)
    end as score
from edged
left join own on edged.customer_key = own.customer_key and edged.age = own.age
left join book on edged.age = book.age
