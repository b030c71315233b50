-- What the rows of an analyst's rule about deliveries are about: one delivery each, put together by region afterwards.
SELECT
  own_given.number, CAST(NULL AS BIGINT) AS step, delivery_rows.policy, delivery_rows.measure,
  CAST(NULL AS VARCHAR) AS stage, delivery_rows.region AS scope, CAST(NULL AS VARCHAR) AS subject,
  delivery_rows.region, coalesce(own_given.since, delivery_rows."on", delivery_rows.due_on) AS since,
  delivery_rows.id IS NOT NULL AS is_known
FROM own_given
LEFT JOIN delivery_rows ON delivery_rows.id = own_given.id
