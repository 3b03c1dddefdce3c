\set deal random(0, :deals - 1)
\set company :deal / 2
\set organization :company % :organizations
\set user random(0, :users - 1)
UPDATE crm.deals SET owner_id = md5('user' || :organization || '/' || :user)::uuid, updated_at = localtimestamp
WHERE id = md5('deal' || :deal)::uuid;
