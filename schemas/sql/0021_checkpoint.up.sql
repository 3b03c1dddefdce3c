-- A row per partition is rewritten with every batch: room in its page keeps the updates heap-only.
CREATE TABLE daybook.checkpoint (
  partition    INTEGER PRIMARY KEY,
  log_id       UUID NOT NULL,
  owner_epoch  BIGINT NOT NULL,
  position     BIGINT NOT NULL,
  sequence     BIGINT NOT NULL,
  running_hash BYTEA NOT NULL,
  decided_at   TIMESTAMP(3),
  applied_at   TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 10);

COMMENT ON TABLE daybook.checkpoint IS
  'How far the read tables are, per partition of the log. Written in the same transaction as '
  'the rows, by compare-and-set.';
COMMENT ON COLUMN daybook.checkpoint.log_id IS
  'The log that the tables are folded from; another log''s position means nothing.';
COMMENT ON COLUMN daybook.checkpoint.owner_epoch IS
  'Raised by whoever takes the partition''s tables over; a writer with an older one is refused.';
COMMENT ON COLUMN daybook.checkpoint.position IS 'The next offset of the log to read.';
COMMENT ON COLUMN daybook.checkpoint.sequence IS 'The sequence of the last outcome applied.';
COMMENT ON COLUMN daybook.checkpoint.running_hash IS
  'The hash of the log''s valid records up to and including that outcome.';
COMMENT ON COLUMN daybook.checkpoint.decided_at IS 'When that outcome was decided (UTC).';
COMMENT ON COLUMN daybook.checkpoint.applied_at IS
  'When it was written here, by this server''s clock; of no account for the rows.';
