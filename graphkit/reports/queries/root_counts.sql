-- How many root gaps there are of each category; NULL for policy or region means all of them.
SELECT category, count(*) AS gaps
FROM gaps
WHERE root AND kind <> 'blocked_step'
  AND ({{policy}} IS NULL OR policy = {{policy}})
  AND ({{region}} IS NULL OR region IN (SELECT code FROM region_above WHERE ancestor = {{region}}))
GROUP BY category
ORDER BY category
