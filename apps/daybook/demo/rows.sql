-- Rows per read table, as the reporting login sees them.
SELECT * FROM (VALUES
  ('users', (SELECT count(*) FROM crm.users)),
  ('companies', (SELECT count(*) FROM crm.companies WHERE NOT is_deleted)),
  ('contacts', (SELECT count(*) FROM crm.contacts WHERE NOT is_deleted)),
  ('pipeline_stages', (SELECT count(*) FROM crm.pipeline_stages)),
  ('deals', (SELECT count(*) FROM crm.deals WHERE NOT is_deleted)),
  ('activities', (SELECT count(*) FROM crm.activities WHERE NOT is_deleted)),
  ('company_custom_fields', (SELECT count(*) FROM crm.company_custom_fields)),
  ('contact_custom_fields', (SELECT count(*) FROM crm.contact_custom_fields)),
  ('deal_custom_fields', (SELECT count(*) FROM crm.deal_custom_fields)),
  ('saved_filters', (SELECT count(*) FROM crm.saved_filters)),
  ('saved_filter_usage', (SELECT count(*) FROM crm.saved_filter_usage))
) AS live (read_table, rows);
