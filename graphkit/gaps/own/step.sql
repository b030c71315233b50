-- What the rows of an analyst's rule about steps are about: a step by its number, or by policy, stage and scope.
SELECT
  given.number, steps.step, steps.policy, steps.measure, steps.stage, steps.scope, CAST(NULL AS VARCHAR) AS subject,
  steps.region, given.since, steps.step IS NOT NULL AS is_known
FROM (
  SELECT own_given.number, own_given.since, coalesce(own_given.step, named.step) AS step
  FROM own_given
  LEFT JOIN steps AS named
    ON named.policy = own_given.policy AND named.stage = own_given.stage AND named.scope = own_given.scope
) AS given
LEFT JOIN steps ON steps.step = given.step
