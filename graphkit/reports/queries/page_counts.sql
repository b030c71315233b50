-- The steps below the levels that are shown one by one, counted by the region of the lowest of these that they lie in.
SELECT steps.policy, steps.stage, above.ancestor AS region, steps.status, count(*) AS steps
FROM ({{steps}}) AS steps
JOIN region_above AS above ON above.code = steps.region
JOIN regions ON regions.code = above.ancestor AND regions.level = {{level}}
WHERE steps.level NOT IN (SELECT unnest({{levels}}))
GROUP BY ALL
ORDER BY ALL
