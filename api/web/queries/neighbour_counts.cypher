MATCH (n:{label})-[r]-(m)
WHERE n.id = $id AND m.case = $case AND NOT m:Evaluation AND NOT m:Case
RETURN labels(m)[0] AS label, count(DISTINCT m) AS n
ORDER BY n DESC, label
