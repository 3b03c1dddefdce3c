\set deal random(0, :deals - 1)
\set company :deal / 2
\set organization :company % :organizations
\set stage random(0, :stages - 1)
UPDATE crm.deals SET stage_id = md5('stage' || :organization || '/' || :stage)::uuid,
  probability = 0.1 + 0.1 * :stage::int, updated_at = localtimestamp
WHERE id = md5('deal' || :deal)::uuid;
