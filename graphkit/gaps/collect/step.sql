-- Rules about steps: one row of the query is one gap; everything else is the step's, whose number says stage and place.
INSERT INTO found_gaps
SELECT
  found.about, found.kind, found.category,
  CASE WHEN found.is_graded THEN coalesce(stages.severity, found.rule_severity) ELSE found.rule_severity END,
  found.step, stages.policy, stages.measure, stages.id, places.scope, NULL, places.region,
  found.since, found.due_on, found.happened_on, found.detail, found.count
FROM ({query}) AS found
JOIN stages ON stages.number = found.step >> 32
JOIN policies_in_force ON policies_in_force.id = stages.policy
JOIN places ON places.number = found.step & 4294967295;
