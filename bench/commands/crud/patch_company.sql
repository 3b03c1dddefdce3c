\set company random(0, :companies - 1)
\set n random(0, 1000000000)
UPDATE crm.companies SET phone = '+41-43-' || :n, address = 'Street ' || :n, updated_at = localtimestamp
WHERE id = md5('company' || :company)::uuid;
