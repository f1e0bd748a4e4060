-- title: Tasks that overrides have opened
-- unit: tasks
-- better: none open
-- One row per reason and what it is about: the customer whose data or cash is to be mended (wrong
-- fact, contact, already paid), else the rule that had sorted the case. An override that stands
-- opens its task, and opens it again when it was closed before; undone, it asks for nothing. Closed
-- is what somebody closed after the last override, and has not opened again.
with asked as (
    select
        decisions.seq,
        decisions.on_day,
        decisions.reason,
        decisions.case_id,
        decisions.reason in ('FACT', 'CONTACT', 'PAID') as is_customers,
        case
            when decisions.reason in ('FACT', 'CONTACT', 'PAID') then decisions.customer_id
            else decisions.rule
        end as about,
        customers.name as customer_name,
        owners.name as account_owner
    from judged_decisions as decisions
    inner join customers on decisions.customer_id = customers.customer_id
    left join intake_people as owners
        on customers.owner_id = owners.person_id and owners.fate = 0
    where
        decisions.is_override
        and decisions.reason is not null
        and customers.customer_key in (select scope.customer_key from scope)
),

acted as (
    select
        payload ->> 'reason' as reason,
        payload ->> 'about' as about,
        arg_max_null(payload ->> 'person', seq) filter (where kind = 'task_assigned') as person,
        coalesce(max(seq) filter (where kind = 'task_closed'), 0) as closed_seq,
        coalesce(max(seq) filter (where kind = 'task_reopened'), 0) as reopened_seq,
        arg_max(on_day, seq) filter (where kind = 'task_closed') as closed_on,
        arg_max(written_by, seq) filter (where kind = 'task_closed') as closed_by,
        arg_max(payload ->> 'note', seq) filter (where kind = 'task_closed') as note
    from ledger_entries
    where kind in ('task_assigned', 'task_closed', 'task_reopened')
    group by all
),

tasks as (
    select
        asked.reason,
        asked.about,
        bool_or(asked.is_customers) as is_customers,
        max(asked.customer_name) filter (where asked.is_customers) as customer_name,
        max(asked.account_owner) filter (where asked.is_customers) as account_owner,
        count(*) as overrides,
        count(distinct asked.case_id) as cases,
        min(asked.on_day) as first_on,
        max(asked.on_day) as last_on,
        arg_max(asked.case_id, asked.seq) as last_case_id,
        max(asked.seq) as last_seq
    from asked
    group by asked.reason, asked.about
)

select
    tasks.* exclude (last_seq),
    acted.person,
    coalesce(acted.closed_seq > greatest(acted.reopened_seq, tasks.last_seq), false) as is_closed,
    case when acted.closed_seq > greatest(acted.reopened_seq, tasks.last_seq) then acted.closed_on
    end as closed_on,
    case when acted.closed_seq > greatest(acted.reopened_seq, tasks.last_seq) then acted.closed_by
    end as closed_by,
    case when acted.closed_seq > greatest(acted.reopened_seq, tasks.last_seq) then acted.note
    end as note
from tasks
left join acted on tasks.reason = acted.reason and tasks.about = acted.about
order by is_closed, tasks.overrides desc, tasks.last_on desc, tasks.reason, tasks.about
