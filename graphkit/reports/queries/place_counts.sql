-- Steps that lie below a region, by stage and status.
SELECT steps.stage, steps.status, count(*) AS steps
FROM ({{steps}}) AS steps
WHERE steps.region IN (SELECT code FROM region_above WHERE ancestor = {{region}} AND code <> {{region}})
GROUP BY ALL
ORDER BY ALL
