CREATE TABLE crm.saved_filters (
  id              UUID PRIMARY KEY,
  name            VARCHAR(100) NOT NULL,
  description     TEXT,
  entity          crm.filter_entity NOT NULL,
  filter_config   JSONB NOT NULL,
  is_public       BOOLEAN NOT NULL DEFAULT false,
  is_default      BOOLEAN NOT NULL DEFAULT false,
  tags            TEXT,
  use_count       INTEGER NOT NULL DEFAULT 0,
  last_used_at    TIMESTAMP(3),
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  owner_id        UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id UUID NOT NULL
);

ALTER TABLE crm.saved_filters ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.saved_filters FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND (is_public OR (SELECT daybook.reader_sees_all()) OR owner_id = (SELECT daybook.reader_user())));

COMMENT ON TABLE crm.saved_filters IS
  'Named filters of the lists; a USER sees its own and the public ones.';
COMMENT ON COLUMN crm.saved_filters.filter_config IS 'The filter tree, as it was sent.';
COMMENT ON COLUMN crm.saved_filters.tags IS 'Separated by commas.';
COMMENT ON COLUMN crm.saved_filters.organization_id IS 'The tenant that the row belongs to.';

CREATE TABLE crm.saved_filter_usage (
  id              UUID PRIMARY KEY,
  saved_filter_id UUID NOT NULL REFERENCES crm.saved_filters (id)
    ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  user_id         UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  execution_time  INTEGER,
  result_count    INTEGER,
  used_at         TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  organization_id UUID NOT NULL
);

ALTER TABLE crm.saved_filter_usage ENABLE ROW LEVEL SECURITY;

-- A use is seen by whoever sees its filter.
CREATE POLICY reader_select ON crm.saved_filter_usage FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all())
              OR EXISTS (SELECT FROM crm.saved_filters AS parent WHERE parent.id = saved_filter_id)));

COMMENT ON TABLE crm.saved_filter_usage IS
  'Each use of a saved filter, until a command with a cut-off removes it.';
COMMENT ON COLUMN crm.saved_filter_usage.execution_time IS 'Milliseconds.';
COMMENT ON COLUMN crm.saved_filter_usage.result_count IS 'Rows that the filter gave.';
COMMENT ON COLUMN crm.saved_filter_usage.organization_id IS 'The tenant that the row belongs to.';
