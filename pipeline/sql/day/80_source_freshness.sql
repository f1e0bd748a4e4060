-- One row per kind of export: the newest day it tells of, how old that is on the day, and from
-- how many days on it counts as stale. Payments first: whoever chases must know how fresh they
-- are. Customers, people and contracts carry no date of their own, and a ticket without an opening
-- date (1900-01-01) tells of no day.
with dated as (
    select 1 as place, 'payments' as source, 3 as days_fresh, received_on as told_on
    from intake_payments where fate = 0
    union all
    select 2 as place, 'applications' as source, 3 as days_fresh, effective_on as told_on
    from intake_applications where fate = 0
    union all
    select 3 as place, 'invoices' as source, 7 as days_fresh, issued_on as told_on
    from intake_invoices where fate = 0
    union all
    select 4 as place, 'messages' as source, 7 as days_fresh, sent_at::date as told_on
    from intake_messages where fate = 0
    union all
    select 5 as place, 'tickets' as source, 14 as days_fresh, opened_at::date as told_on
    from intake_tickets where fate = 0 and opened_at > timestamp '1900-01-01'
    union all
    select 6 as place, 'disputes' as source, 14 as days_fresh, flagged_at::date as told_on
    from intake_disputes where fate = 0
    union all
    select 7 as place, 'contacts' as source, 31 as days_fresh, verified_on as told_on
    from intake_contacts where fate = 0
    union all
    select 8 as place, 'control_totals' as source, 35 as days_fresh, as_of as told_on
    from intake_control_totals where fate = 0
),

newest as (
    select
        dated.place,
        dated.source,
        dated.days_fresh,
        count(*) as n,
        max(dated.told_on) as newest_on
    from dated, pilot
    where dated.told_on <= pilot.as_of
    group by dated.place, dated.source, dated.days_fresh
)

select
    newest.place,
    newest.source,
    newest.newest_on,
    (pilot.as_of - newest.newest_on)::integer as days_old,
    newest.days_fresh,
    newest.n,
    pilot.as_of - newest.newest_on > newest.days_fresh as is_stale
from newest, pilot
order by newest.place
