-- title: What the bridge between two days is made of
-- unit: currency
-- better: neither; it says where the days went
-- Per day, customer class and age past due: what was billed of it (all that was ever issued by
-- then), what of that was open, disputed, or credited and written off. Recent are invoices of the
-- days that DSO divides by. Open = billed x share open, in every cell and so in total: changes of
-- the share are payment behaviour, disputes and credits; changes of what was billed are volume,
-- mix and terms. The earlier age is the one it would have on the customer's earlier terms.
with ages as (
    select *
    from (
        values
        (1, -100000, 'due in 15 days or more'), (2, -14, 'due in 14 days or fewer'),
        (3, 1, '1-7'), (4, 8, '8-14'), (5, 15, '15-21'), (6, 22, '22-30'), (7, 31, '31-60'),
        (8, 61, '61-90'), (9, 91, '91-180'), (10, 181, '181 and more')
    ) as ages (place, from_days, age)
),

placed as (
    select
        bridge_documents.*,
        case
            when bridge_documents.billed = 0 then 12
            else coalesce(
                (
                    select max(ages.place)
                    from ages
                    where bridge_documents.days_past_due >= ages.from_days
                ),
                11
            )
        end as place,
        case
            when bridge_documents.billed = 0 then 12
            else coalesce(
                (
                    select max(ages.place)
                    from ages
                    where bridge_documents.earlier_days_past_due >= ages.from_days
                ),
                11
            )
        end as earlier_place
    from bridge_documents
)

select
    placed.currency,
    placed.is_after,
    placed.week_end as on_day,
    placed.customer_class,
    case placed.place when 11 then 'no due date' when 12 then 'not billed yet' else ages.age end
        as age,
    placed.place,
    placed.earlier_place,
    placed.is_recent,
    count(*) as n,
    sum(placed.billed)::decimal(38, 3) as billed,
    sum(placed.open_amount)::decimal(38, 3) as open_amount,
    sum(placed.disputed)::decimal(38, 3) as disputed,
    sum(placed.credited)::decimal(38, 3) as credited
from placed
left join ages on placed.place = ages.place
group by all
order by
    placed.currency, placed.is_after, placed.customer_class, placed.place, placed.earlier_place,
    placed.is_recent
