// id: gaps-under-narrower-provisions
// revision: 1
// title: {zh: 窄于上位规定处的缺口, en: Gaps where a narrower provision holds}
// answers:
//   zh: 在下级规定窄于上位规定的地区，同一政策的步骤出了多少缺口？
//   en: Where a lower provision falls short of a higher one, how many gaps do the steps of that policy have?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   lower: {zh: 下级规定, en: lower provision}
//   higher: {zh: 上位规定, en: higher provision}
//   territory: {zh: 地区, en: where the lower one holds}
//   kind: {zh: 种类, en: kind of gap}
//   gaps: {zh: 数量, en: gaps}
MATCH (q:Provision)<-[:NARROWER_THAN]-(p:Provision)-[:IN_REGION]->(t:Region)
WHERE $case IS NULL OR p.case = $case
MATCH (t)<-[:PART_OF*0..5]-(:Region)<-[:IN_REGION]-(s:Step)<-[:AT]-(g:Gap)-[:IN]->(e:Evaluation)
WHERE e.current AND s.policy = p.policy
WITH p, q, t, g.kind AS kind, count(DISTINCT g) AS gaps
RETURN p.case AS case, p.policy AS policy, p.title AS lower, q.title AS higher, t.title AS territory, kind, gaps
ORDER BY `case`, policy, p.key, q.key, gaps DESC, kind
