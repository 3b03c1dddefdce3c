-- The demo data's known values: what is checked, what it must be, what it is.
WITH
  live_deals AS (SELECT * FROM crm.deals WHERE NOT is_deleted),
  open_deals AS (SELECT * FROM live_deals WHERE status = 'OPEN'),
  live_contacts AS (SELECT * FROM crm.contacts WHERE NOT is_deleted),
  live_companies AS (SELECT * FROM crm.companies WHERE NOT is_deleted),
  live_activities AS (SELECT * FROM crm.activities WHERE NOT is_deleted),
  moment AS (SELECT min(created_at) AS t0 FROM live_companies)
SELECT checked, expected, actual
  FROM (VALUES
    (1, 'users, companies, contacts, stages, deals, activities', '3, 8, 7, 6, 7, 6',
     concat_ws(', ', (SELECT count(*) FROM crm.users), (SELECT count(*) FROM live_companies),
               (SELECT count(*) FROM live_contacts), (SELECT count(*) FROM crm.pipeline_stages),
               (SELECT count(*) FROM live_deals), (SELECT count(*) FROM live_activities))),
    (2, 'value of all deals', '1133000.00', (SELECT sum(value)::text FROM live_deals)),
    (3, 'open deals: count, value', '6, 1098000.00', (SELECT concat_ws(', ', count(*), sum(value)) FROM open_deals)),
    (4, 'open value weighted by probability', '500300.00',
     (SELECT sum(value * probability)::numeric(14, 2)::text FROM open_deals)),
    (5, 'open per stage: count / value', '2/103000.00 1/150000.00 2/725000.00 1/120000.00 0/0 0/0',
     (SELECT string_agg(counted || '/' || total, ' ' ORDER BY position)
        FROM (SELECT s.position, count(d.id) AS counted, coalesce(sum(d.value), 0) AS total
                FROM crm.pipeline_stages AS s LEFT JOIN open_deals AS d ON d.stage_id = s.id
               GROUP BY s.id, s.position) AS per_stage)),
    (6, 'won deals: count, value', '1, 35000.00',
     (SELECT concat_ws(', ', count(*), sum(value)) FROM live_deals WHERE status = 'WON')),
    (7, 'deals per owner: count / value', 'Alex 2/293000.00 Mike 2/185000.00 Sarah 3/655000.00',
     (SELECT string_agg(first_name || ' ' || counted || '/' || total, ' ' ORDER BY first_name)
        FROM (SELECT u.first_name, count(*) AS counted, sum(d.value) AS total
                FROM live_deals AS d JOIN crm.users AS u ON u.id = d.owner_id GROUP BY u.first_name) AS per_owner)),
    (8, 'activities per owner', 'Alex 2 Mike 1 Sarah 3',
     (SELECT string_agg(first_name || ' ' || counted, ' ' ORDER BY first_name)
        FROM (SELECT u.first_name, count(*) AS counted
                FROM live_activities AS a JOIN crm.users AS u ON u.id = a.owner_id GROUP BY u.first_name) AS per_owner)),
    (9, 'contacts per owner; primary ones', 'Alex 2 Mike 2 Sarah 3; 6',
     (SELECT string_agg(first_name || ' ' || counted, ' ' ORDER BY first_name) || '; ' || sum(primaries)
        FROM (SELECT u.first_name, count(*) AS counted, count(*) FILTER (WHERE c.is_primary) AS primaries
                FROM live_contacts AS c JOIN crm.users AS u ON u.id = c.owner_id GROUP BY u.first_name) AS per_owner)),
    (10, 'annual revenue, employees of all companies', '178930000.00, 2803',
     (SELECT concat_ws(', ', sum(annual_revenue), sum(employee_count)) FROM live_companies)),
    (11, 'the won deal''s close date is the one given', '2025-01-28',
     (SELECT string_agg(actual_close_date::text, ' ') FROM live_deals WHERE actual_close_date IS NOT NULL)),
    (12, 'a deal with a contact of another company', 'Enterprise Retail Platform: Jennifer Wilson',
     (SELECT string_agg(d.title || ': ' || c.first_name || ' ' || c.last_name, ' ')
        FROM live_deals AS d JOIN live_contacts AS c ON c.id = d.contact_id
       WHERE c.company_id IS DISTINCT FROM d.company_id)),
    (13, 'an activity without its deal''s contact', 'Prepare custom demo for Urban Retail',
     (SELECT string_agg(subject, ' ') FROM live_activities WHERE contact_id IS NULL)),
    (14, 'completed and due, in days from the moment of loading', '-7 -2 -1 3 7 14',
     (SELECT string_agg(round(extract(epoch FROM coalesce(a.completed_at, a.due_date) - m.t0) / 86400)::text, ' '
                        ORDER BY coalesce(a.completed_at, a.due_date))
        FROM live_activities AS a CROSS JOIN moment AS m)),
    (15, 'moments of creation in all tables', '1',
     (SELECT count(*)::text
        FROM (SELECT created_at FROM crm.users UNION SELECT created_at FROM live_companies
              UNION SELECT created_at FROM live_contacts UNION SELECT created_at FROM crm.pipeline_stages
              UNION SELECT created_at FROM live_deals UNION SELECT created_at FROM live_activities) AS moments))
  ) AS known (number, checked, expected, actual)
 ORDER BY number;
