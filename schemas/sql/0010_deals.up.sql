CREATE TABLE crm.deals (
  id                  UUID PRIMARY KEY,
  title               VARCHAR(255) NOT NULL,
  description         TEXT,
  value               DECIMAL(12, 2),
  currency            VARCHAR(3) NOT NULL DEFAULT 'USD',
  expected_close_date DATE,
  actual_close_date   DATE,
  probability         DECIMAL(3, 2),
  status              crm.deal_status NOT NULL DEFAULT 'OPEN',
  priority            crm.priority NOT NULL DEFAULT 'MEDIUM',
  source              VARCHAR(100),
  is_deleted          BOOLEAN NOT NULL DEFAULT false,
  deleted_at          TIMESTAMP(3),
  created_at          TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at          TIMESTAMP(3) NOT NULL,
  company_id          UUID REFERENCES crm.companies (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  contact_id          UUID REFERENCES crm.contacts (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  -- RESTRICT is checked at once whatever is said here; deferred is the check that the stage of a new deal exists.
  stage_id            UUID NOT NULL REFERENCES crm.pipeline_stages (id)
    ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  owner_id            UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id     UUID NOT NULL,
  CONSTRAINT chk_probability CHECK (probability >= 0.0 AND probability <= 1.0),
  CONSTRAINT chk_deal_value CHECK (value >= 0),
  CONSTRAINT chk_deal_deleted_at CHECK (is_deleted OR deleted_at IS NULL)
);

ALTER TABLE crm.deals ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.deals FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all()) OR owner_id = (SELECT daybook.reader_user())));

COMMENT ON TABLE crm.deals IS
  'Sales opportunities. Rows with is_deleted are kept: every ordinary report filters on '
  'is_deleted = false.';
COMMENT ON COLUMN crm.deals.value IS
  'Amount in currency; NULL is unknown. Sums over several currencies mean little: group by '
  'currency.';
COMMENT ON COLUMN crm.deals.actual_close_date IS 'Day on which the deal was won or lost.';
COMMENT ON COLUMN crm.deals.probability IS '0.00 to 1.00; counts instead of the stage''s.';
COMMENT ON COLUMN crm.deals.owner_id IS 'The user whose deal this is; a USER sees only its own.';
COMMENT ON COLUMN crm.deals.organization_id IS 'The tenant that the row belongs to.';
