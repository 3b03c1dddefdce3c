-- daybook.wait_for with pauses that grow slowly: what is slept too long stays a tenth of what has been waited for.
DO $$
BEGIN
  EXECUTE replace(replace(pg_get_functiondef('daybook.wait_for(text, interval)'::regprocedure),
    'pause        double precision := 0.002', 'pause        double precision := 0.001'),
    'least(pause * 2, 0.05)', 'least(pause * 1.1, 0.05)');
END $$;
