-- report | 150 | sales and activities per user, users without any included
\timing on
SELECT u.name,
       d.won, d.lost, d.won_value, d.won::numeric / nullif(d.won + d.lost, 0) AS win_rate,
       a.activities, a.completed
  FROM crm.users AS u
  LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE status = 'WON') AS won,
                            count(*) FILTER (WHERE status = 'LOST') AS lost,
                            coalesce(sum(value) FILTER (WHERE status = 'WON'), 0) AS won_value
                       FROM crm.deals
                      WHERE owner_id = u.id AND NOT is_deleted AND created_at >= now() - interval '1 year') AS d ON true
  LEFT JOIN LATERAL (SELECT count(*) AS activities, count(*) FILTER (WHERE status = 'COMPLETED') AS completed
                       FROM crm.activities
                      WHERE owner_id = u.id AND NOT is_deleted AND created_at >= now() - interval '1 year') AS a ON true
 ORDER BY d.won_value DESC, u.name;
