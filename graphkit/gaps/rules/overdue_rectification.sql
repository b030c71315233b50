-- id: overdue_rectification
-- revision: 2
-- about: finding
-- category: blockage
-- severity: medium
-- title: {zh: 整改逾期, en: Overdue rectification}
-- finds:
--   zh: 责任单位已认领并定有期限，期限已过，问题尚未销号，且此后没有整改记录。
--   en: A finding was accepted with a due date that is past, is open, and nothing was rectified on or after the acceptance.
-- explanation:
--   zh: 问题“{subject}”已于{happened}认领，应在{due}前整改，逾期{days:zh}仍无整改记录；{responsible}{impact}。
--   en: The finding "{subject}" was accepted on {happened} to be put right by {due}; {days:en} later nothing is on record as put right; {responsible}{impact}.
WITH late AS (
  SELECT actions.finding, actions."on", actions.recorded_at, actions.id, actions.due_on
  FROM actions, settings
  WHERE actions.kind = 'accepted' AND actions.due_on < settings.as_of
    AND NOT EXISTS (
      SELECT 1 FROM actions AS rectified
      WHERE rectified.finding = actions.finding AND rectified.kind = 'rectified' AND rectified."on" >= actions."on"
    )
),
earliest AS (
  SELECT * FROM late QUALIFY row_number() OVER (PARTITION BY finding ORDER BY due_on, "on", recorded_at, id) = 1
)
SELECT
  finding_states.policy, CAST(NULL AS VARCHAR) AS measure, finding_states.stage, finding_states.scope,
  finding_states.id AS subject, finding_states.region, earliest.due_on + 1 AS since, finding_states.severity,
  finding_states.count, finding_states.amount, finding_states.currency, earliest.due_on, earliest."on" AS happened_on
FROM finding_states
JOIN earliest ON earliest.finding = finding_states.id
WHERE finding_states.is_open
