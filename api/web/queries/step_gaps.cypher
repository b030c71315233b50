MATCH (g:Gap)-[:AT]->(s:Step)
WHERE s.case = $case AND s.id IN $ids
RETURN s.id AS id, g.kind AS kind
ORDER BY id, kind
