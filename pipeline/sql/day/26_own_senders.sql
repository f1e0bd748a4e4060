-- Our own addresses and domains: what the settings name, and what our people write from. A domain
-- that any contact of a customer uses, or that anyone may register at, is nobody's own.
with written as (
    select lower(trim(email)) as address
    from intake_people
    where fate = 0 and contains(coalesce(email, ''), '@')
),

shared as (
    select split_part(lower(trim(email)), '@', 2) as domain
    from intake_contacts
    where fate = 0
    union
    select
        unnest(
            [
                'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com',
                'yahoo.com', 'icloud.com', 'me.com', 'aol.com', 'gmx.de', 'gmx.net', 'web.de',
                'proton.me', 'protonmail.com', 'mail.ru', 'yandex.ru', 'qq.com', '163.com',
                'orange.fr', 'free.fr', 'wanadoo.fr', 'libero.it', 't-online.de', 'comcast.net'
            ]
        ) as domain
)

select
    address,
    null as domain
from written
union
select
    null as address,
    split_part(address, '@', 2) as domain
from written
where split_part(address, '@', 2) not in (select shared.domain from shared)
union
select
    null as address,
    domain
from own_domains
