-- The deliveries behind the aggregated gaps of one kind, the first so many of each by id.
SELECT listed.id AS gap, rule.id, delivery_rows.source, delivery_rows.locator
FROM ({query}) AS rule
JOIN delivery_rows ON delivery_rows.id = rule.id
JOIN listed
  ON listed.kind = '{kind}' AND listed.policy = rule.policy AND listed.measure = rule.measure
 AND listed.scope IS NOT DISTINCT FROM rule.region
QUALIFY row_number() OVER (PARTITION BY listed.id ORDER BY rule.id) <= {limit}
ORDER BY gap, rule.id
