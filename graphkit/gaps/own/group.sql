-- What the rows of an analyst's rule about beneficiary groups are about: a group, with the measure that it is for.
SELECT
  own_given.number, CAST(NULL AS BIGINT) AS step, measures.policy, beneficiary_groups.measure,
  CAST(NULL AS VARCHAR) AS stage, CAST(NULL AS VARCHAR) AS scope, own_given.subject, beneficiary_groups.region,
  own_given.since, beneficiary_groups.id IS NOT NULL AS is_known
FROM own_given
LEFT JOIN beneficiary_groups ON beneficiary_groups.id = own_given.subject
LEFT JOIN measures ON measures.id = beneficiary_groups.measure
