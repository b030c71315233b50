-- Beneficiaries of the groups that a known root gap keeps waiting, less those whom a delivery reached, by policy and
-- region. Only where there is a table of deliveries does it show who was not reached.
SELECT
  measures.policy, groups.measure, part_of.part, count(*) AS groups,
  CAST(sum(groups.eligible_count) AS BIGINT) AS eligible,
  CAST(sum(coalesce(reached.people, 0)) AS BIGINT) AS reached,
  CAST(sum(greatest(groups.eligible_count - coalesce(reached.people, 0), 0)) AS BIGINT) AS waiting
FROM beneficiary_groups AS groups
JOIN measures ON measures.id = groups.measure
JOIN ({{part_of}}) AS part_of ON part_of.code = groups.region
LEFT JOIN (
  SELECT own.id, count(DISTINCT deliveries.beneficiary) AS people
  FROM beneficiary_groups AS own
  JOIN deliveries ON deliveries.measure = own.measure
   AND (deliveries."group" = own.id OR (deliveries."group" IS NULL AND deliveries.region = own.region))
  WHERE deliveries."on" IS NOT NULL
  GROUP BY own.id
) AS reached ON reached.id = groups.id
WHERE groups.eligible_count > 0
  AND ({{policy}} IS NULL OR measures.policy = {{policy}})
  AND ({{region}} IS NULL OR groups.region IN (SELECT code FROM region_above WHERE ancestor = {{region}}))
  AND groups.id IN (
    SELECT gap_groups."group" FROM gap_groups JOIN gaps ON gaps.id = gap_groups.gap
    WHERE gaps.kind IN ('unassigned_step', 'missing_step', 'overdue_step')
       OR (
        {{delivered}} AND gaps.kind IN ('coverage_shortfall', 'late_delivery')
        AND (
          gaps.root OR gaps.id IN (
            SELECT gap_causes.gap FROM gap_causes JOIN gaps AS causes ON causes.id = gap_causes.cause
            WHERE causes.category <> 'unknown'
          )
        )
      )
  )
GROUP BY ALL
HAVING waiting > 0
ORDER BY waiting DESC, measures.policy, groups.measure, part_of.part
