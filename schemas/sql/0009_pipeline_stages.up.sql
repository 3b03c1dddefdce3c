CREATE TABLE crm.pipeline_stages (
  id              UUID PRIMARY KEY,
  name            VARCHAR(100) NOT NULL,
  description     VARCHAR(500),
  position        INTEGER NOT NULL,
  probability     DECIMAL(3, 2) NOT NULL DEFAULT 0.00,
  color           VARCHAR(7),
  is_active       BOOLEAN NOT NULL DEFAULT true,
  stage_type      crm.stage_type NOT NULL DEFAULT 'OPPORTUNITY',
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  organization_id UUID NOT NULL,
  CONSTRAINT chk_stage_probability CHECK (probability >= 0.0 AND probability <= 1.0),
  CONSTRAINT chk_stage_position CHECK (position >= 0),
  CONSTRAINT chk_stage_color CHECK (color ~ '^#[0-9A-Fa-f]{6}$')
);

ALTER TABLE crm.pipeline_stages ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.pipeline_stages FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization()));

COMMENT ON TABLE crm.pipeline_stages IS
  'The steps that a deal goes through, ordered by position; everybody in the organization sees '
  'them.';
COMMENT ON COLUMN crm.pipeline_stages.probability IS
  'Default chance of winning a deal in this stage, 0.00 to 1.00.';
COMMENT ON COLUMN crm.pipeline_stages.is_active IS
  'False: retired. Its deals stay, new ones cannot enter.';
COMMENT ON COLUMN crm.pipeline_stages.organization_id IS 'The tenant that the row belongs to.';
