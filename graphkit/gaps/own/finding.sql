-- What the rows of an analyst's rule about findings are about: a finding, with its own policy, stage and scope.
SELECT
  own_given.number, CAST(NULL AS BIGINT) AS step, finding_states.policy, CAST(NULL AS VARCHAR) AS measure,
  finding_states.stage, finding_states.scope, own_given.subject, finding_states.region, own_given.since,
  finding_states.id IS NOT NULL AS is_known
FROM own_given
LEFT JOIN finding_states ON finding_states.id = own_given.subject
