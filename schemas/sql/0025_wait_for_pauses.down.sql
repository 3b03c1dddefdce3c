DO $$
BEGIN
  EXECUTE replace(replace(pg_get_functiondef('daybook.wait_for(text, interval)'::regprocedure),
    'pause        double precision := 0.001', 'pause        double precision := 0.002'),
    'least(pause * 1.1, 0.05)', 'least(pause * 2, 0.05)');
END $$;
