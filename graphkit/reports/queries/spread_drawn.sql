-- The nodes of the picture of breaks: how many steps each stands for, and the one step of those that stand for one.
SELECT
  node, class, policy, stage, count(*) AS steps,
  CASE WHEN count(*) = 1 THEN min(step) END AS step,
  CASE WHEN count(*) = 1 THEN min(scope) END AS scope,
  CASE WHEN count(*) = 1 THEN min(region) END AS region,
  CASE WHEN count(*) = 1 THEN min(status) END AS status,
  CASE WHEN count(*) = 1 THEN min(due_on) END AS due_on,
  min(gap) AS gap, max(days) AS days, max(blocked_steps) AS blocked_steps, max(beneficiaries) AS beneficiaries,
  min(place) AS place,
  (SELECT list_sort(list(agency)) FROM gap_agencies WHERE gap_agencies.gap = min(nodes.gap) AND role = 'lead') AS agencies
FROM ({{nodes}}) AS nodes
GROUP BY node, class, policy, stage
ORDER BY policy, class, place, node
