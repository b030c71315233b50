-- The steps that a report is about, with their status; NULL for policy or region means all of them.
SELECT *
FROM ({{step_status}}) AS every_step
WHERE ({{policy}} IS NULL OR policy = {{policy}})
  AND ({{region}} IS NULL OR region IN (SELECT code FROM region_above WHERE ancestor = {{region}}))
