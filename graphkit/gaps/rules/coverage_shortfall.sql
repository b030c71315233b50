-- id: coverage_shortfall
-- revision: 1
-- about: group
-- category: difficulty
-- severity: high
-- caused_by: [missing_step, unobserved_step, overdue_step, unassigned_step, funds_retained]
-- thresholds: [coverage_min]
-- title: {zh: 覆盖不足, en: Coverage shortfall}
-- finds:
--   zh: 期限已过，实际享受的对象数与应享受对象数之比低于规定下限。
--   en: Past the due date of the measure's step, the distinct beneficiaries delivered to are fewer than coverage_min of those eligible.
-- explanation:
--   zh: 《{policy}》{measure}应在{due}前惠及“{subject}”{eligible}户（人），{delivered}；{responsible}{impact}。
--   en: The policy "{policy}"{measure} had to reach {eligible} eligible of "{subject}" by {due} {delivered}; {responsible}{impact}.
WITH due AS (
  SELECT
    beneficiary_groups.id,
    CASE WHEN count(measure_steps.step) > 0 THEN max(steps.due_on) ELSE max(policies.effective_to) END AS step_due_on,
    max(policies.effective_to) AS effective_to, max(measures.policy) AS policy
  FROM beneficiary_groups
  JOIN measures ON measures.id = beneficiary_groups.measure
  JOIN policies ON policies.id = measures.policy
  LEFT JOIN measure_steps
    ON measure_steps.measure = beneficiary_groups.measure AND measure_steps.region = beneficiary_groups.region
  LEFT JOIN steps ON steps.step = measure_steps.step
  GROUP BY beneficiary_groups.id
),
dated AS (
  SELECT id, policy, coalesce(step_due_on, effective_to) AS due_on FROM due
)
SELECT
  dated.policy, beneficiary_groups.measure, CAST(NULL AS VARCHAR) AS stage, CAST(NULL AS VARCHAR) AS scope,
  beneficiary_groups.id AS subject, beneficiary_groups.region, dated.due_on + 1 AS since, dated.due_on,
  coalesce(group_reached.beneficiaries, 0) || '/' || beneficiary_groups.eligible_count AS detail
FROM beneficiary_groups
JOIN dated ON dated.id = beneficiary_groups.id
CROSS JOIN settings
LEFT JOIN group_reached ON group_reached."group" = beneficiary_groups.id
WHERE beneficiary_groups.eligible_count > 0
  AND dated.due_on < settings.as_of
  AND coalesce(group_reached.beneficiaries, 0) < settings.coverage_min * beneficiary_groups.eligible_count
