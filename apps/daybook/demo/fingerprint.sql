-- What a second load must leave as it is: how far the read tables are in the log, and every row of them.
SELECT concat_ws(' ',
  (SELECT string_agg(partition || ':' || sequence, ',' ORDER BY partition) FROM daybook.freshness),
  (SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM (SELECT id, name, role, is_active, updated_at FROM crm.users) AS t),
  (SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM crm.companies AS t),
  (SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM crm.contacts AS t),
  (SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM crm.pipeline_stages AS t),
  (SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM crm.deals AS t),
  (SELECT md5(string_agg(t::text, '' ORDER BY t.id)) FROM crm.activities AS t));
