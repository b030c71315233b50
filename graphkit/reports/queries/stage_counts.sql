-- Steps by stage, compared region and status.
SELECT steps.stage, part_of.part, steps.status, count(*) AS steps
FROM ({{steps}}) AS steps
JOIN ({{part_of}}) AS part_of ON part_of.code = steps.region
GROUP BY ALL
ORDER BY ALL
