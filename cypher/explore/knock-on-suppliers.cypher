// id: knock-on-suppliers
// revision: 1
// title: {zh: 上下游连带影响, en: Knock-on effects along supplies}
// answers:
//   zh: 出现缺口的单位或群体，其下游还会波及谁？
//   en: Whom do the agencies and groups with a gap supply, and so harm in turn?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   from: {zh: 起点, en: where the gap is}
//   gaps: {zh: 缺口数, en: gaps there}
//   reaches: {zh: 波及, en: reaches}
//   hops: {zh: 层数, en: links away}
//   weight: {zh: 最小权重, en: smallest weight on the way}
MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE ($case IS NULL OR g.case = $case) AND e.current
MATCH (g)-[:AT]->(start:Agency|BeneficiaryGroup)
WITH start, count(DISTINCT g) AS gaps
MATCH path = (start)-[:SUPPLIES*1..3]->(end)
WHERE end.id <> start.id
WITH start, gaps, end, length(path) AS hops, reduce(least = 1.0, hop IN relationships(path) | CASE WHEN hop.weight < least THEN hop.weight ELSE least END) AS weight
RETURN start.case AS case, start.title AS from, gaps, end.title AS reaches, min(hops) AS hops, max(weight) AS weight
ORDER BY gaps DESC, `case`, `from`, hops, reaches
