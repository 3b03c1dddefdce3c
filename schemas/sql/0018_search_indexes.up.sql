-- Search is for a substring in any case, which only trigrams can find. One index per table serves
-- every searched column.
-- The extension may stand in any schema, and an operator class cannot be named by a parameter: so
-- the path is set.
SELECT set_config('search_path', quote_ident(n.nspname), true)
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_trgm';

CREATE INDEX idx_companies_trigram ON crm.companies USING gin (
  name gin_trgm_ops, industry gin_trgm_ops, website gin_trgm_ops, city gin_trgm_ops, state gin_trgm_ops,
  country gin_trgm_ops);
CREATE INDEX idx_contacts_trigram ON crm.contacts USING gin (
  first_name gin_trgm_ops, last_name gin_trgm_ops, email gin_trgm_ops, phone gin_trgm_ops,
  mobile_phone gin_trgm_ops, job_title gin_trgm_ops, department gin_trgm_ops);
CREATE INDEX idx_deals_trigram ON crm.deals USING gin (
  title gin_trgm_ops, description gin_trgm_ops, source gin_trgm_ops);
CREATE INDEX idx_activities_trigram ON crm.activities USING gin (
  subject gin_trgm_ops, description gin_trgm_ops, location gin_trgm_ops);
