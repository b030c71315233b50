-- The first row of an analyst's rule that names what the case does not have, or says of it what is not so; and how many.
SELECT what, value, count(*) OVER () AS rows
FROM (
  SELECT
    own_given.number,
    CASE
      WHEN own_given."case" <> case_info.id THEN 'case'
      WHEN NOT own_found.is_known THEN '{about}'
      WHEN own_given.policy IS DISTINCT FROM own_found.policy AND own_given.policy IS NOT NULL THEN 'policy'
      WHEN own_given.measure IS DISTINCT FROM own_found.measure AND own_given.measure IS NOT NULL THEN 'measure'
      WHEN own_given.stage IS DISTINCT FROM own_found.stage AND own_given.stage IS NOT NULL THEN 'stage'
      WHEN own_given.scope IS DISTINCT FROM own_found.scope AND own_given.scope IS NOT NULL THEN 'scope'
      WHEN own_given.subject IS DISTINCT FROM own_found.subject AND own_given.subject IS NOT NULL THEN 'subject'
      WHEN own_given.severity NOT IN ('high', 'medium', 'low') THEN 'severity'
    END AS what,
    CASE what
      WHEN '{about}' THEN concat_ws(' ', {identity})
      WHEN 'case' THEN own_given."case"
      WHEN 'policy' THEN own_given.policy
      WHEN 'measure' THEN own_given.measure
      WHEN 'stage' THEN own_given.stage
      WHEN 'scope' THEN own_given.scope
      WHEN 'subject' THEN own_given.subject
      ELSE own_given.severity
    END AS value
  FROM own_given
  CROSS JOIN case_info
  JOIN own_found ON own_found.number = own_given.number
)
WHERE what IS NOT NULL
ORDER BY number
LIMIT 1
