-- dashboard | 75 | the pipeline per active stage: number, total and average value of open deals
\timing on
SELECT s.position, s.name, count(d.id) AS deals, coalesce(sum(d.value), 0) AS total, coalesce(avg(d.value), 0) AS average
  FROM crm.pipeline_stages AS s
  LEFT JOIN crm.deals AS d ON d.stage_id = s.id AND d.status = 'OPEN' AND NOT d.is_deleted
 WHERE s.is_active
 GROUP BY s.id, s.position, s.name
 ORDER BY s.position;
