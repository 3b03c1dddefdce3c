-- Composite, partial and text indexes beyond the 44: three documented, seven from the original's
-- production script.
CREATE INDEX idx_companies_active ON crm.companies (is_deleted, status)
  WHERE is_deleted = false;
CREATE INDEX idx_deals_open_stage ON crm.deals (stage_id, is_deleted, status)
  WHERE is_deleted = false AND status = 'OPEN';
CREATE INDEX idx_activities_timeline ON crm.activities (created_at, is_deleted)
  WHERE is_deleted = false;

CREATE INDEX idx_deals_company_stage ON crm.deals (company_id, stage_id)
  WHERE is_deleted = false;
CREATE INDEX idx_activities_date_type ON crm.activities (due_date, type)
  WHERE is_deleted = false;
CREATE INDEX idx_contacts_company_status ON crm.contacts (company_id, status)
  WHERE is_deleted = false;
CREATE INDEX idx_companies_search ON crm.companies
  USING gin (to_tsvector('english', name || ' ' || coalesce(industry, '')));
CREATE INDEX idx_contacts_search ON crm.contacts
  USING gin (to_tsvector('english', first_name || ' ' || last_name || ' ' || coalesce(email, '')));
CREATE INDEX idx_deals_active_value ON crm.deals (value DESC)
  WHERE status = 'OPEN' AND is_deleted = false;
CREATE INDEX idx_activities_pending ON crm.activities (due_date)
  WHERE status = 'PENDING' AND is_deleted = false;
