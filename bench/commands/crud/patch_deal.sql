\set deal random(0, :deals - 1)
\set n random(0, 1000000000)
UPDATE crm.deals SET value = :n::int, expected_close_date = date '2026-01-01' + :n::int % 365,
  updated_at = localtimestamp
WHERE id = md5('deal' || :deal)::uuid;
