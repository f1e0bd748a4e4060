-- One row per ticket open on the day, sorted into what it means for collecting by the name of
-- its kind, in the languages that helpdesks speak. What disputes comes before what delivers,
-- and that before what bills; a kind that says nothing known is other, none at all unclear. The
-- first day of 1900 stands for a day that the export does not say: such a ticket counts as open
-- until it is closed, and nobody knows for how long. A person's word fills in what helpdesks lack.
select
    tickets.ticket_id,
    coalesce(tickets.invoice_id, filed.invoice_id) as invoice_id,
    tickets.subject,
    tickets.kind,
    nullif(tickets.opened_at, timestamp '1900-01-01') as opened_at,
    tickets.customer_id as stated_customer,
    coalesce(matched.customer_id, filed.customer_id, tickets.customer_id) as customer_id,
    coalesce(matched.customer_id, filed.customer_id) is not null as is_matched,
    date_diff('day', nullif(tickets.opened_at::date, date '1900-01-01'), pilot.as_of)
        as days_open,
    case
        when tickets.kind is null then 'unclear'
        when regexp_matches(
            lower(tickets.kind),
            'disput|complain|claim|credit|refund|return|chargeback|reklam|beschwerde|gutschrift'
            || '|erstattung|widerspruch|litige|réclam|rembours|plainte|reclam|queja|devoluc|devoluç'
            || '|reembols|rimbors|contesta|geschil|klacht|terugbetal|reclamaç'
        ) then 'dispute'
        when regexp_matches(
            lower(tickets.kind),
            'deliver|ship|onboard|implement|outage|incident|service|bug|technical|defect|fault'
            || '|liefer|versand|störung|ausfall|fehler|mangel|technik|livraison|expédition|panne'
            || '|technique|entrega|envío|envio|fallo|falha|incidencia|técnic|consegna|spedizione'
            || '|guasto|tecnic|levering|storing'
        ) then 'delivery'
        when regexp_matches(
            lower(tickets.kind),
            'bill|invoic|pric|payment|tax|cancel|rechnung|zahlung|preis|steuer|kündig|factur'
            || '|paiement|prix|résili|pago|precio|cobro|impuesto|fatura|pagament|preço|fattur'
            || '|prezz|betaling|factuur|prijs'
        ) then 'billing'
        else 'other'
    end as concern
from intake_tickets as tickets
cross join pilot
inner join ticket_customers as matched on tickets.rowid = matched.ticket_key
left join filed_items as filed on filed.of_kind = 'tickets' and tickets.ticket_id = filed.of_key
where
    tickets.opened_at::date <= pilot.as_of
    and (tickets.closed_at is null or tickets.closed_at::date > pilot.as_of)
