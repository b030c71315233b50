MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE g.case = $case AND e.current AND g.root
RETURN g
ORDER BY g.rank, g.id
LIMIT 1
