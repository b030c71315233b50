-- id: unverified_rectification
-- revision: 1
-- about: finding
-- category: difficulty
-- severity: medium
-- thresholds: [verify_days]
-- title: {zh: 整改未核实, en: Unverified rectification}
-- finds:
--   zh: 报告已整改超过规定天数，此后既未核实、也未退回或重新挂号。
--   en: A rectification is more than verify_days old and was neither verified, rejected nor reopened since.
-- explanation:
--   zh: 问题“{subject}”于{happened}报告已整改，应在{verify_days:zh}内核实，超期{days:zh}仍未核实、退回或重新挂号；{responsible}{impact}。
--   en: The finding "{subject}" was reported put right on {happened} and should have been checked within {verify_days:en}; {days:en} beyond that it has been neither verified, rejected nor reopened; {responsible}{impact}.
WITH unverified AS (
  SELECT actions.finding, min(actions."on") AS "on"
  FROM actions, settings
  WHERE actions.kind = 'rectified' AND actions."on" + CAST(settings.verify_days AS INTEGER) < settings.as_of
    AND NOT EXISTS (
      SELECT 1 FROM actions AS answer
      WHERE answer.finding = actions.finding AND answer.kind IN ('verified', 'rejected', 'reopened')
        AND answer."on" >= actions."on"
    )
  GROUP BY actions.finding
)
SELECT
  finding_states.policy, CAST(NULL AS VARCHAR) AS measure, finding_states.stage, finding_states.scope,
  finding_states.id AS subject, finding_states.region,
  unverified."on" + CAST(settings.verify_days AS INTEGER) + 1 AS since, finding_states.severity,
  finding_states.count, finding_states.amount, finding_states.currency, unverified."on" AS happened_on
FROM finding_states
JOIN unverified ON unverified.finding = finding_states.id
CROSS JOIN settings
