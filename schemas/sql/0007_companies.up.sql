CREATE TABLE crm.companies (
  id              UUID PRIMARY KEY,
  name            VARCHAR(255) NOT NULL,
  industry        VARCHAR(100),
  website         VARCHAR(255),
  phone           VARCHAR(50),
  address         VARCHAR(500),
  city            VARCHAR(100),
  state           VARCHAR(100),
  postal_code     VARCHAR(20),
  country         VARCHAR(100),
  company_size    crm.company_size,
  status          crm.company_status NOT NULL DEFAULT 'ACTIVE',
  annual_revenue  DECIMAL(14, 2),
  employee_count  INTEGER,
  is_deleted      BOOLEAN NOT NULL DEFAULT false,
  deleted_at      TIMESTAMP(3),
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  owner_id        UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id UUID NOT NULL,
  CONSTRAINT chk_company_annual_revenue CHECK (annual_revenue >= 0),
  CONSTRAINT chk_company_employee_count CHECK (employee_count >= 0),
  CONSTRAINT chk_company_deleted_at CHECK (is_deleted OR deleted_at IS NULL)
);

ALTER TABLE crm.companies ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.companies FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all()) OR owner_id = (SELECT daybook.reader_user())));

COMMENT ON TABLE crm.companies IS
  'Customers and prospects. Rows with is_deleted are kept: every ordinary report filters on '
  'is_deleted = false.';
COMMENT ON COLUMN crm.companies.annual_revenue IS 'Yearly revenue, in no stated currency.';
COMMENT ON COLUMN crm.companies.owner_id IS
  'The user whose company this is; a USER sees only its own.';
COMMENT ON COLUMN crm.companies.organization_id IS 'The tenant that the row belongs to.';
