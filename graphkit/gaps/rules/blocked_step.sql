-- id: blocked_step
-- revision: 1
-- about: step
-- category: consequence
-- severity: low
-- caused_by: [missing_step, unobserved_step, overdue_step, unassigned_step]
-- title: {zh: 环节受阻, en: Blocked step}
-- finds:
--   zh: 该环节尚未完成，而其前序环节也未完成：是其他缺口的后果，本身从不是根源。
--   en: A required step is not done while a predecessor is not done; a consequence, never a root.
-- explanation:
--   zh: 《{policy}》在{scope}的“{stage}”须等前序环节{awaited}完成才能进行，至今未等到；{responsible}{impact}。
--   en: Under "{policy}", "{stage}" in {scope} has to wait for {awaited}, which is not done; {responsible}{impact}.
SELECT step, CAST(NULL AS DATE) AS since, due_on
FROM steps
WHERE required AND state IN ('open', 'untouched') AND NOT ready
