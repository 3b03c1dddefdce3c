\set n random(0, 1000000000)
\set deal random(0, :deals - 1)
\set company :deal / 2
\set organization :company % :organizations
INSERT INTO crm.activities (id, type, subject, due_date, duration, updated_at, deal_id, owner_id, assigned_to_id,
  organization_id)
VALUES (gen_random_uuid(), 'CALL', 'Call ' || :n, timestamp '2026-01-01' + make_interval(days => :n::int % 365), 30,
  localtimestamp, md5('deal' || :deal)::uuid, md5('user' || :organization || '/0')::uuid,
  md5('user' || :organization || '/0')::uuid, md5('organization' || :organization)::uuid);
