MATCH (n)
WHERE n.case = $case AND (toLower(n.title) CONTAINS toLower($text) OR n.key = $text) AND NOT n:Evaluation AND NOT n:Case
RETURN n
ORDER BY n.title, n.id
LIMIT $limit
