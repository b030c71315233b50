-- Rules about holders, groups, findings or reports: rows of the same identity are one gap, in several currencies.
CREATE OR REPLACE TABLE found AS
SELECT found.*
FROM ({query}) AS found
WHERE policy IS NULL OR policy IN (SELECT id FROM policies_in_force);

INSERT INTO found_gaps
SELECT
  about, kind, category, coalesce(min(severity), rule_severity), NULL,
  policy, measure, stage, scope, subject, min(region),
  min(since), min(due_on), min(happened_on), min(detail), max(count)
FROM found
GROUP BY about, kind, category, rule_severity, policy, measure, stage, scope, subject;

INSERT INTO found_amounts
SELECT kind, policy, measure, stage, scope, subject, coalesce(currency, settings.case_currency), sum(amount)
FROM found
CROSS JOIN settings
WHERE amount IS NOT NULL
GROUP BY ALL;
