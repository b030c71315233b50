-- id: reported_pain
-- revision: 1
-- about: finding
-- category: pain
-- severity: medium
-- after: all
-- title: {zh: 痛点反映, en: Reported pain}
-- finds:
--   zh: 未销号的痛点类问题，而同一政策同一地方没有环节或发放方面的缺口。
--   en: An open finding of category pain, where no step or delivery gap holds for the same policy and scope.
-- explanation:
--   zh: 于{happened}反映的痛点“{subject}”尚未解决，而链条上未见相应的环节或发放缺口，须另查原因；{responsible}{impact}。
--   en: The pain "{subject}" reported on {happened} is still open although the chain shows no broken step or delivery there, so its cause has to be looked for elsewhere; {responsible}{impact}.
SELECT
  policy, CAST(NULL AS VARCHAR) AS measure, stage, scope, id AS subject, region,
  found_on AS since, severity, count, amount, currency, found_on AS happened_on
FROM finding_states
WHERE category = 'pain' AND is_open
  AND NOT EXISTS (
    SELECT 1 FROM found_gaps
    WHERE found_gaps.about IN ('step', 'delivery')
      AND found_gaps.policy = finding_states.policy AND found_gaps.scope = finding_states.scope
  )
