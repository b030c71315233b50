-- id: recurring_finding
-- revision: 1
-- about: finding
-- category: pain
-- severity: medium
-- title: {zh: 屡查屡犯, en: Recurring finding}
-- finds:
--   zh: 同一单位的同类问题，在此前同类问题核实销号之后再次被发现。
--   en: A finding of the same kind, at the same agency, found after an earlier one of them was verified.
-- explanation:
--   zh: 同一单位的同类问题“{detail}”已核实整改，{happened}又发现“{subject}”；{responsible}{impact}。
--   en: The finding "{subject}" of {happened} is of the same kind as "{detail}", which had been verified as put right; {responsible}{impact}.
SELECT
  later.policy, CAST(NULL AS VARCHAR) AS measure, later.stage, later.scope, later.id AS subject, later.region,
  later.found_on AS since, later.severity, later.count, later.amount, later.currency,
  later.found_on AS happened_on, min(earlier.id) AS detail
FROM finding_states AS later
JOIN finding_states AS earlier
  ON earlier.kind = later.kind AND earlier.agency = later.agency AND earlier.id <> later.id
JOIN actions ON actions.finding = earlier.id AND actions.kind = 'verified' AND actions."on" < later.found_on
WHERE earlier.found_on < later.found_on
GROUP BY ALL
