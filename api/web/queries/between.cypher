MATCH (a)-[r]->(b)
WHERE a.case = $case AND a.id IN $ids AND b.id IN $ids
RETURN r
LIMIT $limit
