-- What the rows of an analyst's rule about holders are about: the account of an agency or group under a policy.
SELECT
  own_given.number, CAST(NULL AS BIGINT) AS step, own_given.policy, own_given.measure, CAST(NULL AS VARCHAR) AS stage,
  CAST(NULL AS VARCHAR) AS scope, own_given.subject, holders.region, own_given.since,
  holders.id IS NOT NULL AND policies.id IS NOT NULL AND (own_given.measure IS NULL OR measures.id IS NOT NULL) AS is_known
FROM own_given
LEFT JOIN holders ON holders.id = own_given.subject
LEFT JOIN policies ON policies.id = own_given.policy
LEFT JOIN measures ON measures.id = own_given.measure AND measures.policy = own_given.policy
