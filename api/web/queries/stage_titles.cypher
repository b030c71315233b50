MATCH (s:Stage)
WHERE s.case = $case
RETURN s.policy AS policy, s.stage AS stage, s.title AS title, coalesce(s.title_en, s.title) AS title_en
ORDER BY policy, stage
