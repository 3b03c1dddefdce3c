-- The 44 indexes of the documented schema. idx_users_email repeats a part of a unique constraint on
-- purpose: it is one of
-- them.

CREATE INDEX idx_companies_name ON crm.companies (name);
CREATE INDEX idx_companies_industry ON crm.companies (industry);
CREATE INDEX idx_companies_status ON crm.companies (status);
CREATE INDEX idx_companies_owner ON crm.companies (owner_id);
CREATE INDEX idx_companies_deleted ON crm.companies (is_deleted);
CREATE INDEX idx_companies_created_at ON crm.companies (created_at);

CREATE INDEX idx_contacts_email ON crm.contacts (email);
CREATE INDEX idx_contacts_company ON crm.contacts (company_id);
CREATE INDEX idx_contacts_name ON crm.contacts (first_name, last_name);
CREATE INDEX idx_contacts_primary ON crm.contacts (is_primary);
CREATE INDEX idx_contacts_status ON crm.contacts (status);
CREATE INDEX idx_contacts_owner ON crm.contacts (owner_id);
CREATE INDEX idx_contacts_deleted ON crm.contacts (is_deleted);

CREATE INDEX idx_pipeline_stages_position ON crm.pipeline_stages (position);
CREATE INDEX idx_pipeline_stages_active ON crm.pipeline_stages (is_active);
CREATE INDEX idx_pipeline_stages_organization ON crm.pipeline_stages (organization_id);

CREATE INDEX idx_deals_stage ON crm.deals (stage_id);
CREATE INDEX idx_deals_company ON crm.deals (company_id);
CREATE INDEX idx_deals_contact ON crm.deals (contact_id);
CREATE INDEX idx_deals_status ON crm.deals (status);
CREATE INDEX idx_deals_close_date ON crm.deals (expected_close_date);
CREATE INDEX idx_deals_value ON crm.deals (value);
CREATE INDEX idx_deals_owner ON crm.deals (owner_id);
CREATE INDEX idx_deals_deleted ON crm.deals (is_deleted);
CREATE INDEX idx_deals_created_at ON crm.deals (created_at);

CREATE INDEX idx_activities_type ON crm.activities (type);
CREATE INDEX idx_activities_status ON crm.activities (status);
CREATE INDEX idx_activities_due_date ON crm.activities (due_date);
CREATE INDEX idx_activities_company ON crm.activities (company_id);
CREATE INDEX idx_activities_contact ON crm.activities (contact_id);
CREATE INDEX idx_activities_deal ON crm.activities (deal_id);
CREATE INDEX idx_activities_owner ON crm.activities (owner_id);
CREATE INDEX idx_activities_assigned_to ON crm.activities (assigned_to_id);
CREATE INDEX idx_activities_deleted ON crm.activities (is_deleted);
CREATE INDEX idx_activities_created_at ON crm.activities (created_at);

CREATE INDEX idx_users_email ON crm.users (email);
CREATE INDEX idx_users_active ON crm.users (is_active);
CREATE INDEX idx_users_role ON crm.users (role);

CREATE INDEX idx_company_custom_fields_company ON crm.company_custom_fields (company_id);
CREATE INDEX idx_company_custom_fields_name ON crm.company_custom_fields (field_name);

CREATE INDEX idx_contact_custom_fields_contact ON crm.contact_custom_fields (contact_id);
CREATE INDEX idx_contact_custom_fields_name ON crm.contact_custom_fields (field_name);

CREATE INDEX idx_deal_custom_fields_deal ON crm.deal_custom_fields (deal_id);
CREATE INDEX idx_deal_custom_fields_name ON crm.deal_custom_fields (field_name);
