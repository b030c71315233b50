MATCH (n)
WHERE n.case = $case AND NOT n:Evaluation AND NOT n:Case
  AND (
    toLower(n.title) CONTAINS toLower($text) OR toLower(coalesce(n.title_en, '')) CONTAINS toLower($text) OR n.key = $text
  )
RETURN n
ORDER BY n.title, n.id
LIMIT $limit
