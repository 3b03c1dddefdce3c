-- The pipeline: open deals per active stage, empty stages included.
SELECT s.name AS stage,
       s.probability,
       count(d.id) AS open_deals,
       to_char(coalesce(sum(d.value), 0), '999,999,990.00') AS value,
       to_char(coalesce(sum(d.value * d.probability), 0), '999,999,990.00') AS weighted
  FROM crm.pipeline_stages AS s
  LEFT JOIN crm.deals AS d ON d.stage_id = s.id AND d.status = 'OPEN' AND NOT d.is_deleted
 WHERE s.is_active
 GROUP BY s.id, s.position, s.name, s.probability
 ORDER BY s.position;
