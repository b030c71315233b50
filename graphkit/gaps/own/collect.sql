-- The rows of an analyst's rule become gaps: rows of the same identity are one gap, in several currencies.
CREATE OR REPLACE TABLE {rows} AS
SELECT
  own_given.id, own_found.* EXCLUDE (number, is_known), own_given.due_on, own_given.happened_on, own_given.detail,
  own_given.severity, own_given.count, own_given.amount, coalesce(own_given.currency, settings.case_currency) AS currency
FROM own_given
CROSS JOIN settings
JOIN own_found ON own_found.number = own_given.number
WHERE own_found.policy IS NULL OR own_found.policy IN (SELECT id FROM policies_in_force);

INSERT INTO found_gaps
SELECT
  '{about}', '{kind}', '{category}',
  coalesce(min_by(severity, CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END), '{severity}'), step,
  policy, measure, stage, scope, subject, region,
  min(since), min(due_on), min(happened_on), min(detail), CASE WHEN '{about}' = 'delivery' THEN count(*) ELSE max(count) END
FROM {rows}
GROUP BY step, policy, measure, stage, scope, subject, region;

INSERT INTO found_amounts
SELECT '{kind}', policy, measure, stage, scope, subject, currency, sum(amount)
FROM {rows}
WHERE amount IS NOT NULL
GROUP BY ALL;
