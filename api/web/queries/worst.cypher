MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE g.case = $case AND e.current AND g.root
RETURN g
ORDER BY CASE g.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, g.beneficiaries DESC, coalesce(g.amount_e4, 0) DESC,
  coalesce(g.days, 0) DESC, g.key
LIMIT 1
