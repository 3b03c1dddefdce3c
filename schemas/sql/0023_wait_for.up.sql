-- VOLATILE, so that each query inside sees what has been committed meanwhile; SECURITY DEFINER,
-- because readers may not see
-- daybook.checkpoint. The SQLSTATEs are its own class, YD, so that a script can tell the reasons
-- apart.
CREATE FUNCTION daybook.wait_for(token text, timeout interval DEFAULT '10 seconds') RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER PARALLEL UNSAFE
  SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- log id : partition : position : sequence : first 16 hexadecimal digits of the running hash
  parts        CONSTANT text[] := regexp_match(token,
    '^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):([0-9]{1,9}):([0-9]{1,18}):([0-9]{1,18}):([0-9a-f]{16})$');
  deadline     CONSTANT timestamptz := clock_timestamp() + timeout;
  pause        double precision := 0.002;
  other_log    uuid;
  reached      bigint;
  reached_hash text;
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'daybook.wait_for cannot work in %: the transaction would never see what it waits for',
        upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'YD004',
            HINT = 'Call it in READ COMMITTED, as a statement of its own, before the report''s transaction begins.';
  END IF;
  IF parts IS NULL THEN
    RAISE EXCEPTION 'not a token of Daybook: %', coalesce(quote_literal(left(token, 100)), 'NULL')
      USING ERRCODE = 'YD001',
            HINT = 'A token is <log id>:<partition>:<position>:<sequence>:<16 hexadecimal digits>, as a command''s answer gives it.';
  END IF;
  IF timeout IS NULL THEN
    RAISE EXCEPTION 'the timeout of daybook.wait_for must not be NULL'
      USING ERRCODE = 'YD001', HINT = 'Leave it out for 10 seconds.';
  END IF;

  LOOP
    SELECT c.log_id INTO other_log FROM daybook.checkpoint AS c WHERE c.log_id <> parts[1]::uuid LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'the token is of log %, these tables are of log %', parts[1], other_log
        USING ERRCODE = 'YD002', HINT = 'Ask the database that is fed from the log which gave the token.';
    END IF;
    SELECT c.sequence, encode(c.running_hash, 'hex') INTO reached, reached_hash
      FROM daybook.checkpoint AS c WHERE c.partition = parts[2]::integer;
    IF reached = parts[4]::bigint AND NOT starts_with(reached_hash, parts[5]) THEN
      RAISE EXCEPTION 'sequence % of partition % has another hash here than in the token: the histories differ',
          parts[4], parts[2]
        USING ERRCODE = 'YD002', HINT = 'The log was cut or restored after the token was given: send the command again.';
    END IF;
    IF reached >= parts[4]::bigint THEN
      RETURN true;
    END IF;
    IF clock_timestamp() >= deadline THEN
      RAISE EXCEPTION 'partition % has reached sequence %, not yet %, after %',
          parts[2], coalesce(reached::text, 'none'), parts[4], timeout
        USING ERRCODE = 'YD003',
              HINT = 'Wait longer (second argument), or look at daybook.freshness: the projector may have stopped.';
    END IF;
    PERFORM pg_sleep(least(pause, greatest(0, extract(epoch FROM deadline - clock_timestamp()))));
    pause := least(pause * 2, 0.05);
  END LOOP;
END
$$;

COMMENT ON FUNCTION daybook.wait_for(text, interval) IS
'Waits until the read tables hold what the token of a command''s answer stands for; true, or an error.
It has to be a statement of its own, before the report: one statement sees one snapshot, so in
"SELECT daybook.wait_for(...), (SELECT count(*) FROM crm.deals)" the report counts the old rows.
Errors: YD001 not a token, YD002 token of another log, YD003 not reached in time,
YD004 called in REPEATABLE READ or SERIALIZABLE, where progress can never be seen.';

REVOKE ALL ON FUNCTION daybook.wait_for(text, interval) FROM PUBLIC;
