-- One row per agreement in prose: whose it is, told by the folder or file name that it is filed
-- under. Its customer is the one whose id or name stands there as whole words, the longest of
-- several; two of one length, or none, leave it without a customer until a person files it.
with agreements as (
    select
        contracts.rowid as contract_row,
        contracts.contract_id,
        contracts.customer_id as filed_under,
        files.file,
        ' ' || trim(regexp_replace(lower(contracts.customer_id), '[^\p{L}\p{N}]+', ' ', 'g')) || ' '
            as words
    from intake_contracts as contracts
    inner join files on contracts.file_id = files.file_id
    where contracts.fate = 0 and files.layout = 'agreement'
),

called as (
    select
        customer_id,
        trim(regexp_replace(lower(unnest([customer_id, name])), '[^\p{L}\p{N}]+', ' ', 'g'))
            as words
    from customers
),

fitting as (
    select distinct
        agreements.contract_row,
        called.customer_id,
        max(length(called.words)) over (partition by agreements.contract_row, called.customer_id)
            as fit
    from agreements
    inner join called
        on
            contains(agreements.words, ' ' || called.words || ' ')
            and (length(called.words) >= 4 or trim(agreements.words) = called.words)
),

best as (
    select
        contract_row,
        customer_id
    from fitting
    qualify
        fit = max(fit) over (partition by contract_row)
        and count(*) over (partition by contract_row, fit) = 1
)

select
    agreements.contract_row,
    agreements.contract_id,
    agreements.file,
    agreements.filed_under,
    best.customer_id
from agreements
left join best on agreements.contract_row = best.contract_row
