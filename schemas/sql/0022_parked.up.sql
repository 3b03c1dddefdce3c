CREATE TABLE daybook.parked (
  organization_id UUID NOT NULL,
  table_name      TEXT NOT NULL,
  record_id       UUID NOT NULL,
  partition       INTEGER NOT NULL,
  position        BIGINT NOT NULL,
  sqlstate        TEXT NOT NULL,
  message         TEXT NOT NULL,
  "row"           JSONB,
  parked_at       TIMESTAMP(3) NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (table_name, record_id)
);

CREATE INDEX idx_parked_organization ON daybook.parked (organization_id);

COMMENT ON TABLE daybook.parked IS
  'Rows that PostgreSQL refused, kept aside with the reason; tried again at every change of '
  'the record and by "daybook parked retry".';
COMMENT ON COLUMN daybook.parked.position IS
  'The offset of the outcome that gave the row its newest state.';
COMMENT ON COLUMN daybook.parked."row" IS
  'The newest state of the row, as it would have been written; NULL when it was to be removed.';
COMMENT ON COLUMN daybook.parked.parked_at IS
  'When the outcome was decided that was refused first (UTC).';
COMMENT ON COLUMN daybook.parked.attempts IS 'How often it was tried.';
