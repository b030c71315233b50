MATCH (n:{label})
WHERE n.case = $case AND (n.id = $key OR n.key = $key)
RETURN n
ORDER BY n.id DESC
LIMIT 1
