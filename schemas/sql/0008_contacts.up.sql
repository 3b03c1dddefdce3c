CREATE TABLE crm.contacts (
  id                UUID PRIMARY KEY,
  first_name        VARCHAR(100) NOT NULL,
  last_name         VARCHAR(100) NOT NULL,
  email             VARCHAR(255),
  phone             VARCHAR(50),
  mobile_phone      VARCHAR(50),
  job_title         VARCHAR(100),
  department        VARCHAR(100),
  is_primary        BOOLEAN NOT NULL DEFAULT false,
  preferred_contact crm.contact_method NOT NULL DEFAULT 'EMAIL',
  status            crm.contact_status NOT NULL DEFAULT 'ACTIVE',
  linkedin_url      VARCHAR(255),
  twitter_url       VARCHAR(255),
  is_deleted        BOOLEAN NOT NULL DEFAULT false,
  deleted_at        TIMESTAMP(3),
  created_at        TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at        TIMESTAMP(3) NOT NULL,
  company_id        UUID REFERENCES crm.companies (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  owner_id          UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id   UUID NOT NULL,
  CONSTRAINT chk_email_format CHECK (email ~ '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$'),
  CONSTRAINT chk_contact_deleted_at CHECK (is_deleted OR deleted_at IS NULL)
);

ALTER TABLE crm.contacts ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.contacts FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all()) OR owner_id = (SELECT daybook.reader_user())));

COMMENT ON TABLE crm.contacts IS
  'People, mostly of a company. Rows with is_deleted are kept: every ordinary report filters '
  'on is_deleted = false.';
COMMENT ON COLUMN crm.contacts.email IS 'Not unique.';
COMMENT ON COLUMN crm.contacts.is_primary IS
  'The main contact of its company; at most one live contact of a company is.';
COMMENT ON COLUMN crm.contacts.owner_id IS
  'The user whose contact this is; a USER sees only its own.';
COMMENT ON COLUMN crm.contacts.organization_id IS 'The tenant that the row belongs to.';
