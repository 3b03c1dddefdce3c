-- Row-level security puts "organization_id = ..." before every condition, so what lists are ordered
-- by is indexed behind it.
-- Users are found by their unique constraint, pipeline stages by one of the documented indexes.

CREATE INDEX idx_companies_organization_name ON crm.companies (organization_id, name);
CREATE INDEX idx_companies_organization_created_at ON crm.companies (organization_id, created_at);

CREATE INDEX idx_contacts_organization_name ON crm.contacts (organization_id, last_name, first_name);
CREATE INDEX idx_contacts_organization_created_at ON crm.contacts (organization_id, created_at);

CREATE INDEX idx_deals_organization_close_date ON crm.deals (organization_id, expected_close_date);
CREATE INDEX idx_deals_organization_value ON crm.deals (organization_id, value);
CREATE INDEX idx_deals_organization_created_at ON crm.deals (organization_id, created_at);

CREATE INDEX idx_activities_organization_due_date ON crm.activities (organization_id, due_date);
CREATE INDEX idx_activities_organization_created_at ON crm.activities (organization_id, created_at);

CREATE INDEX idx_company_custom_fields_organization ON crm.company_custom_fields (organization_id);

CREATE INDEX idx_contact_custom_fields_organization ON crm.contact_custom_fields (organization_id);

CREATE INDEX idx_deal_custom_fields_organization ON crm.deal_custom_fields (organization_id);

CREATE INDEX idx_saved_filters_organization ON crm.saved_filters (organization_id);

CREATE INDEX idx_saved_filter_usage_organization ON crm.saved_filter_usage (organization_id);
