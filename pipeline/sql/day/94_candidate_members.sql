-- as: view
-- One row per candidate segment (a trait and its value) and customer of it: by tier, terms,
-- country, size, owner and every other column of the customer list, by tier and terms together,
-- the segment that pilot.toml sets, and everybody. Who has no value is in no candidate of it.
with traits as (
    select
        customer_key,
        tier,
        terms,
        country,
        size,
        owner_id,
        segment,
        currency,
        legal_form,
        health,
        po_required::varchar as po_required,
        tier || chr(31) || terms as tier_terms,
        case when arm = 'SEGMENT' then 'as it stands' end as pilot_segment,
        'everybody' as everybody
    from customer_traits
)

unpivot traits
on columns(* exclude (customer_key)) into name trait value member_of
