MATCH (n:{label})-[r]-(m)
WHERE n.id = $id AND m.case = $case AND NOT m:Evaluation AND NOT m:Case AND ($only IS NULL OR labels(m)[0] = $only)
  AND (
    $text IS NULL OR toLower(m.title) CONTAINS toLower($text)
    OR toLower(coalesce(m.title_en, '')) CONTAINS toLower($text)
  )
RETURN r, m
ORDER BY m.title, m.id
LIMIT $limit
