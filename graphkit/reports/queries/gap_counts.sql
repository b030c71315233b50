-- How many gaps there are by kind, category, policy and compared region, root and not; consequences are left out.
SELECT gaps.kind, gaps.category, gaps.root, gaps.policy, part_of.part, count(*) AS gaps
FROM gaps
LEFT JOIN ({{part_of}}) AS part_of ON part_of.code = gaps.region
WHERE gaps.kind <> 'blocked_step'
  AND ({{policy}} IS NULL OR gaps.policy = {{policy}})
  AND ({{region}} IS NULL OR gaps.region IN (SELECT code FROM region_above WHERE ancestor = {{region}}))
GROUP BY ALL
ORDER BY ALL
