-- One row per ticket open on the day, sorted into what it means for collecting by the name of
-- its kind, in the languages that helpdesks speak. What disputes comes before what delivers,
-- and that before what bills; a kind that says nothing known is other, none at all unclear.
select
    tickets.ticket_id,
    tickets.invoice_id,
    tickets.subject,
    tickets.kind,
    tickets.opened_at,
    tickets.customer_id as stated_customer,
    coalesce(matched.customer_id, tickets.customer_id) as customer_id,
    matched.customer_id is not null as is_matched,
    date_diff('day', tickets.opened_at::date, pilot.as_of) as days_open,
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
where
    tickets.opened_at::date <= pilot.as_of
    and (tickets.closed_at is null or tickets.closed_at::date > pilot.as_of)
