\set contact random(0, :contacts - 1)
\set n random(0, 1000000000)
UPDATE crm.contacts SET job_title = 'Head of ' || :n, updated_at = localtimestamp
WHERE id = md5('contact' || :contact)::uuid;
