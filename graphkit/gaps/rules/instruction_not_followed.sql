-- id: instruction_not_followed
-- revision: 1
-- about: finding
-- category: break
-- severity: high
-- thresholds: [instruction_days]
-- title: {zh: 批示（建议）未落实, en: Instruction not followed}
-- finds:
--   zh: 批示或建议的期限已过（无期限的按规定天数），问题尚未销号，且此后没有整改记录。
--   en: An instruction or recommendation is past its due date (or instruction_days, if it has none), the finding is open, and nothing was rectified on or after it.
-- explanation:
--   zh: 于{happened}对问题“{subject}”作出的批示（建议）应在{due}前落实，已过{days:zh}仍无整改记录；{responsible}{impact}。
--   en: What was instructed or recommended on {happened} about the finding "{subject}" was due by {due}; {days:en} later nothing is on record as put right; {responsible}{impact}.
WITH late AS (
  SELECT
    actions.finding, actions."on", actions.recorded_at, actions.id,
    coalesce(actions.due_on, actions."on" + CAST(settings.instruction_days AS INTEGER)) AS due_on
  FROM actions, settings
  WHERE actions.kind IN ('instructed', 'recommended')
    AND coalesce(actions.due_on, actions."on" + CAST(settings.instruction_days AS INTEGER)) < settings.as_of
    AND NOT EXISTS (
      SELECT 1 FROM actions AS rectified
      WHERE rectified.finding = actions.finding AND rectified.kind = 'rectified' AND rectified."on" >= actions."on"
    )
),
earliest AS (
  SELECT * FROM late QUALIFY row_number() OVER (PARTITION BY finding ORDER BY "on", recorded_at, id) = 1
)
SELECT
  finding_states.policy, CAST(NULL AS VARCHAR) AS measure, finding_states.stage, finding_states.scope,
  finding_states.id AS subject, finding_states.region, earliest.due_on + 1 AS since, finding_states.severity,
  finding_states.count, finding_states.amount, finding_states.currency, earliest.due_on, earliest."on" AS happened_on
FROM finding_states
JOIN earliest ON earliest.finding = finding_states.id
WHERE finding_states.is_open
