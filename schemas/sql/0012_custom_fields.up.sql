-- A custom field is seen by whoever sees its record: the policies ask the record's table, under its
-- own policy.
CREATE TABLE crm.company_custom_fields (
  id              UUID PRIMARY KEY,
  company_id      UUID NOT NULL REFERENCES crm.companies (id)
    ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  field_name      VARCHAR(100) NOT NULL,
  field_value     TEXT,
  field_type      crm.custom_field_type NOT NULL DEFAULT 'TEXT',
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  owner_id        UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id UUID NOT NULL
);

ALTER TABLE crm.company_custom_fields ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.company_custom_fields FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all())
              OR EXISTS (SELECT FROM crm.companies AS parent WHERE parent.id = company_id)));

COMMENT ON TABLE crm.company_custom_fields IS
  'Values that an organization keeps beside the columns of companies, one per name.';
COMMENT ON COLUMN crm.company_custom_fields.field_value IS
  'The value as text, in the form that field_type says.';
COMMENT ON COLUMN crm.company_custom_fields.organization_id IS
  'The tenant that the row belongs to.';

CREATE TABLE crm.contact_custom_fields (
  id              UUID PRIMARY KEY,
  contact_id      UUID NOT NULL REFERENCES crm.contacts (id)
    ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  field_name      VARCHAR(100) NOT NULL,
  field_value     TEXT,
  field_type      crm.custom_field_type NOT NULL DEFAULT 'TEXT',
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  owner_id        UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id UUID NOT NULL
);

ALTER TABLE crm.contact_custom_fields ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.contact_custom_fields FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all())
              OR EXISTS (SELECT FROM crm.contacts AS parent WHERE parent.id = contact_id)));

COMMENT ON TABLE crm.contact_custom_fields IS
  'Values that an organization keeps beside the columns of contacts, one per name.';
COMMENT ON COLUMN crm.contact_custom_fields.field_value IS
  'The value as text, in the form that field_type says.';
COMMENT ON COLUMN crm.contact_custom_fields.organization_id IS
  'The tenant that the row belongs to.';

CREATE TABLE crm.deal_custom_fields (
  id              UUID PRIMARY KEY,
  deal_id         UUID NOT NULL REFERENCES crm.deals (id)
    ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  field_name      VARCHAR(100) NOT NULL,
  field_value     TEXT,
  field_type      crm.custom_field_type NOT NULL DEFAULT 'TEXT',
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  owner_id        UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id UUID NOT NULL
);

ALTER TABLE crm.deal_custom_fields ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.deal_custom_fields FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all())
              OR EXISTS (SELECT FROM crm.deals AS parent WHERE parent.id = deal_id)));

COMMENT ON TABLE crm.deal_custom_fields IS
  'Values that an organization keeps beside the columns of deals, one per name.';
COMMENT ON COLUMN crm.deal_custom_fields.field_value IS
  'The value as text, in the form that field_type says.';
COMMENT ON COLUMN crm.deal_custom_fields.organization_id IS 'The tenant that the row belongs to.';
