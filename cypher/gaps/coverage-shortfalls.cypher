// id: coverage-shortfalls
// revision: 1
// title: {zh: 覆盖不足的群体, en: Coverage shortfalls}
// answers:
//   zh: 哪些受益群体期限已过，实际惠及的比例仍低于下限？
//   en: Which groups are past the due date and reached less than the least share?
// finds: coverage_shortfall
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   measure: {zh: 措施, en: measure id}
//   stage: {zh: 环节定义, en: stage id}
//   scope: {zh: 实施范围（地区或单位）, en: region code or agency id}
//   subject: {zh: 对象（单位、群体、问题或报告）, en: "holder, group, finding or report"}
//   due_on: {zh: 期限, en: due date}
//   reached: {zh: 已惠及, en: beneficiaries reached}
//   eligible: {zh: 应享受, en: eligible beneficiaries}
MATCH (e:Evaluation)-[:OF]->(c:Case)
WHERE e.current AND ($case IS NULL OR c.key = $case)
MATCH (g:BeneficiaryGroup)-[:GIVES]->(m:Measure)-[:OF]->(p:Policy)-[:OF]->(c)
WHERE g.eligible_count > 0 AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
OPTIONAL MATCH hops = (g)-[:IN_REGION]->(:Region)-[:PART_OF*0..4]->(:Region)<-[:IN_REGION]-(s:Step)-[:OF]->(:Stage)-[:GIVES]->(m)
WHERE s.state <> 'cancelled'
WITH c, e, g, m, p, s, length(hops) AS distance
ORDER BY distance
WITH c, e, g, m, p, collect({distance: distance, due_on: s.due_on}) AS found
WITH c, e, g, m, p, [one IN found WHERE one.distance = found[0].distance AND one.due_on IS NOT NULL | one.due_on] AS days
WITH c, e, g, m, p, reduce(latest = head(days), day IN days | CASE WHEN day > latest THEN day ELSE latest END) AS step_due_on
WITH c, e, g, m, p, coalesce(step_due_on, p.effective_to) AS due_on
WHERE due_on < c.as_of AND g.reached_count < e.coverage_min * g.eligible_count
RETURN c.key AS case, p.key AS policy, m.key AS measure, null AS stage, null AS scope, g.key AS subject,
  due_on, g.reached_count AS reached, g.eligible_count AS eligible
ORDER BY due_on, `case`, policy, measure, subject
