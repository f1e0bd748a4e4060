-- One row per open invoice: everything that is known about it on the day. The policy's rules
-- are predicates over these columns. Only what was known by the day counts. While one customer
-- is in focus the others' rows are left out; his are the same then.
with open_balances as (
    select
        balances.invoice_key,
        balances.customer_key,
        balances.currency,
        balances.due_on,
        balances.balance as open_amount,
        (pilot.as_of - balances.due_on)::integer as days_past_due
    from balances, pilot
    where
        balances.flavour in ('both', 'reported')
        and not balances.is_credit
        and balances.balance > 0
        and balances.from_on <= pilot.as_of
        and balances.to_on > pilot.as_of
        and balances.customer_key in (select focus.customer_key from focus)
),

open_now as (
    select
        open_balances.*,
        invoices.* exclude (invoice_key, currency)
    from open_balances
    inner join invoices on open_balances.invoice_key = invoices.invoice_key
),

cash_after_issue as (
    select
        movements.invoice_key,
        sum(movements.amount) filter (where movements.kind in ('cash', 'discount', 'withholding'))
            as paid_amount,
        max(movements.known_on) filter (where movements.kind = 'credit') as last_credit_on
    from movements
    inner join open_now on movements.invoice_key = open_now.invoice_key
    cross join pilot
    where movements.known_on <= pilot.as_of
    group by movements.invoice_key
),

ticket_counts as (
    select
        open_now.invoice_key,
        count(*) filter (where open_tickets.concern = 'delivery') as open_delivery_tickets,
        count(*) filter (where open_tickets.concern = 'billing') as open_billing_tickets,
        count(*) filter (where open_tickets.concern = 'dispute') as open_dispute_tickets,
        count(*) filter (where open_tickets.concern = 'unclear') as open_unclear_tickets,
        max(open_tickets.days_open) as oldest_ticket_days
    from open_now
    inner join open_tickets
        on
            open_now.customer_id = open_tickets.customer_id
            and coalesce(open_tickets.invoice_id, open_now.invoice_id) = open_now.invoice_id
    group by open_now.invoice_key
),

deal_counts as (
    select
        open_deals.customer_id,
        count(*) as open_deals,
        min(open_deals.closes_on) filter (where open_deals.closes_on >= pilot.as_of)
            as next_deal_closes_on
    from open_deals
    cross join pilot
    where open_deals.is_matched
    group by open_deals.customer_id
),

smells as (
    select
        open_now.invoice_key,
        bool_or(words.smells_disputed) as has_dispute_words,
        bool_or(words.smells_paid) as has_paid_words,
        bool_or(words.smells_of_bank_change) as has_bank_change_words,
        bool_or(words.smells_escalated) as has_escalation_words,
        bool_or(words.smells_of_hardship) as has_hardship_words,
        max(words.sent_at) filter (where words.is_unread) as last_unread_at,
        max(words.sent_at) as last_inbound_at
    from open_now
    inner join words
        on
            open_now.customer_id = words.customer_id
            and coalesce(words.invoice_id, open_now.invoice_id) = open_now.invoice_id
    group by open_now.invoice_key
),

running_contracts as (
    select
        contracts.customer_id,
        max_by(contracts.contract_id, contracts.starts_on) as contract_id,
        max_by(coalesce(corrected_contracts.terms, contracts.terms), contracts.starts_on) as terms,
        max_by(
            coalesce(corrected_contracts.po_number, contracts.po_number), contracts.starts_on
        ) as po_number,
        bool_or(contracts.po_required) as po_required,
        min(contracts.renews_on) filter (where contracts.renews_on >= pilot.as_of) as renews_on
    from contracts_now as contracts
    cross join pilot
    left join corrected_contracts on contracts.contract_id = corrected_contracts.contract_id
    where
        contracts.starts_on <= pilot.as_of
        and coalesce(contracts.ends_on, pilot.as_of) >= pilot.as_of
    group by contracts.customer_id
),

customer_contracts as (
    select
        *,
        terms_days(terms) as terms_in_days
    from running_contracts
),

-- What the exports say, with what people have corrected laid over it.
masters as (
    select
        customers.customer_id,
        coalesce(corrected_customers.terms, customers.terms) as terms,
        coalesce(corrected_customers.po_required, customers.po_required, false) as po_required,
        coalesce(corrected_customers.owner_id, customers.owner_id) as owner_id,
        terms_days(coalesce(corrected_customers.terms, customers.terms)) as terms_in_days
    from customers
    left join corrected_customers on customers.customer_id = corrected_customers.customer_id
),

waived as (
    select distinct open_now.invoice_id
    from exemptions
    inner join open_now
        on
            coalesce(exemptions.invoice_id, open_now.invoice_id) = open_now.invoice_id
            and coalesce(exemptions.customer_id, open_now.customer_id) = open_now.customer_id
    where exemptions.check_name = 'po_missing'
),

worded as (
    select
        open_now.invoice_key,
        corrected_invoices.po_number_seq,
        coalesce(corrected_invoices.terms, open_now.terms) as terms,
        terms_days(coalesce(corrected_invoices.terms, open_now.terms)) as terms_in_days,
        coalesce(corrected_invoices.po_number, open_now.po_number, customer_contracts.po_number)
            as po_number,
        masters.po_required or coalesce(customer_contracts.po_required, false) as po_required
    from open_now
    inner join masters on open_now.customer_id = masters.customer_id
    left join corrected_invoices on open_now.invoice_id = corrected_invoices.invoice_id
    left join customer_contracts on open_now.customer_id = customer_contracts.customer_id
)

select
    open_now.invoice_id,
    open_now.customer_id,
    customers.name as customer_name,
    open_now.currency,
    open_now.issued_on,
    open_now.due_on,
    open_now.stated_due_on,
    open_now.re_aged_due_on,
    open_now.amount,
    open_now.open_amount,
    open_now.days_past_due,
    bucket(open_now.days_past_due) as bucket,
    worded.terms,
    masters.terms as customer_terms,
    customer_contracts.contract_id,
    customer_contracts.terms as contract_terms,
    coalesce(
        worded.terms_in_days <> masters.terms_in_days
        or worded.terms_in_days <> customer_contracts.terms_in_days
        or masters.terms_in_days <> customer_contracts.terms_in_days,
        false
    ) as has_terms_conflict,
    worded.po_number,
    worded.po_number_seq,
    worded.po_required,
    worded.po_required and coalesce(trim(worded.po_number), '') = '' as is_po_missing,
    waived.invoice_id is not null as is_po_waived,
    disputed_invoices.invoice_key is not null as is_disputed,
    case
        when disputed_invoices.invoice_key is not null
            then least(
                open_now.open_amount, coalesce(disputed_invoices.amount, open_now.open_amount)
            )
        else 0
    end::decimal(18, 3) as disputed_amount,
    disputed_invoices.reason as dispute_reason,
    coalesce(cash_after_issue.paid_amount, 0)::decimal(38, 3) as paid_amount,
    coalesce(
        open_now.days_past_due > 0
        and cash_after_issue.paid_amount >= 0.8 * abs(open_now.amount)
        and cash_after_issue.paid_amount < abs(open_now.amount),
        false
    ) as is_short_paid,
    cash_after_issue.last_credit_on,
    coalesce(ticket_counts.open_delivery_tickets, 0) as open_delivery_tickets,
    coalesce(ticket_counts.open_billing_tickets, 0) as open_billing_tickets,
    coalesce(ticket_counts.open_dispute_tickets, 0) as open_dispute_tickets,
    coalesce(ticket_counts.open_unclear_tickets, 0) as open_unclear_tickets,
    ticket_counts.oldest_ticket_days,
    coalesce(smells.has_dispute_words, false) as has_dispute_words,
    coalesce(smells.has_paid_words, false) as has_paid_words,
    coalesce(smells.has_bank_change_words, false) as has_bank_change_words,
    coalesce(smells.has_escalation_words, false) as has_escalation_words,
    coalesce(smells.has_hardship_words, false) as has_hardship_words,
    -- What nobody has answered or decided upon since it came.
    coalesce(
        smells.last_unread_at::date >= coalesce(
            greatest(contacted.last_contacted_on, decided_invoices.last_decided_on),
            smells.last_unread_at::date
        ),
        false
    ) as has_unread_words,
    smells.last_inbound_at,
    customers.tier,
    customers.segment,
    customers.country,
    customers.parent_id,
    customers.legal_form,
    customers.health,
    customers.is_hands_off or customers.customer_id in (select lists.customer_id from lists)
        as is_hands_off,
    masters.owner_id,
    owners.name as owner_name,
    owners.email as owner_email,
    case
        when owners.person_id is null then false
        else coalesce(owners.active, true)
    end as has_active_owner,
    case when coalesce(owners.active, true) then owners.name end as active_owner_name,
    coalesce(customers.renews_on, customer_contracts.renews_on) as renews_on,
    (coalesce(customers.renews_on, customer_contracts.renews_on) - pilot.as_of)::integer
        as days_to_renewal,
    coalesce(deal_counts.open_deals, 0) as open_deals,
    deal_counts.next_deal_closes_on,
    (deal_counts.next_deal_closes_on - pilot.as_of)::integer as days_to_next_deal,
    customer_ranks.customer_rank,
    coalesce(customer_ranks.billings, 0)::decimal(38, 3) as trailing_billings,
    best_contacts.contact_id,
    best_contacts.name as contact_name,
    best_contacts.email as contact_email,
    best_contacts.state as contact_state,
    best_contacts.verified_on as contact_verified_on,
    (pilot.as_of - best_contacts.verified_on)::integer as days_since_verified,
    coalesce(best_contacts.is_verified, false) as has_verified_contact,
    best_contacts.suspended_by as contact_suspended_by,
    best_contacts.suspended_on as contact_suspended_on,
    coalesce(unapplied_now.amount, 0)::decimal(38, 3) as unapplied_amount,
    contacted.last_contacted_on,
    (pilot.as_of - contacted.last_contacted_on)::integer as days_since_contact,
    promises.promised_on,
    promises.promise_until,
    case when decided_invoices.hold_until > pilot.as_of then decided_invoices.hold_until end
        as hold_until,
    decided_invoices.rerouted_to,
    decided_invoices.last_verdict,
    decided_invoices.last_decided_by,
    decided_invoices.last_decided_on,
    coalesce(arms.arm, 'OUTSIDE') as arm,
    scores.score,
    scores.own_n as score_n,
    scores.own_k as score_k,
    scores.book_rate as score_book_rate,
    scores.edge as score_edge,
    (coalesce(scores.score, 1) * open_now.open_amount)::decimal(18, 3) as value_amount,
    open_now.invoice_key,
    open_now.customer_key
from open_now
cross join pilot
inner join customers on open_now.customer_key = customers.customer_key
inner join masters on customers.customer_id = masters.customer_id
inner join worded on open_now.invoice_key = worded.invoice_key
left join customer_contracts on customers.customer_id = customer_contracts.customer_id
left join intake_people as owners
    on masters.owner_id = owners.person_id and owners.fate = 0
left join disputed_invoices on open_now.invoice_key = disputed_invoices.invoice_key
left join cash_after_issue on open_now.invoice_key = cash_after_issue.invoice_key
left join ticket_counts on open_now.invoice_key = ticket_counts.invoice_key
left join deal_counts on customers.customer_id = deal_counts.customer_id
left join smells on open_now.invoice_key = smells.invoice_key
left join best_contacts on customers.customer_id = best_contacts.customer_id
left join unapplied_now
    on
        open_now.customer_key = unapplied_now.customer_key
        and open_now.currency = unapplied_now.currency
        and unapplied_now.flavour = 'reported'
left join contacted on customers.customer_id = contacted.customer_id
left join waived on open_now.invoice_id = waived.invoice_id
left join promises on open_now.invoice_id = promises.invoice_id
left join decided_invoices on open_now.invoice_id = decided_invoices.invoice_id
left join customer_ranks on open_now.customer_key = customer_ranks.customer_key
left join arms on open_now.customer_key = arms.customer_key
left join scores
    on
        open_now.customer_key = scores.customer_key
        and greatest(-30, least(400, open_now.days_past_due)) = scores.age
