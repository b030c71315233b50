-- Steps by policy, compared region (NULL above all of them), status and whether they are required.
SELECT steps.policy, part_of.part, steps.status, steps.required, count(*) AS steps
FROM ({{steps}}) AS steps
LEFT JOIN ({{part_of}}) AS part_of ON part_of.code = steps.region
GROUP BY ALL
ORDER BY ALL
