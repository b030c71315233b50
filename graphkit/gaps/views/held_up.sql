-- Who is held up by one gap, for the knock-on effects along supplies. Reads: gaps, gap_groups, holders, reach, steps.
SELECT DISTINCT holders.id
FROM holders
JOIN (
  SELECT gap_groups."group" AS id FROM gap_groups WHERE gap_groups.gap = $1
  UNION ALL
  SELECT gaps.subject AS id FROM gaps WHERE gaps.id = $1 AND gaps.about IN ('holder', 'group')
  UNION ALL
  SELECT gaps.scope AS id FROM gaps WHERE gaps.id = $1 AND gaps.about IN ('step', 'finding')
  UNION ALL
  SELECT steps.scope AS id
  FROM gaps
  JOIN reach ON reach.front = gaps.step
  JOIN steps ON steps.step = reach.step
  WHERE gaps.id = $1 AND gaps.blocked_steps > 0
) AS held ON held.id = holders.id
ORDER BY holders.id
