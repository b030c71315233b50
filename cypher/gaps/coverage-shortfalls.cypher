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
//   stage: {zh: 环节, en: stage id}
//   scope: {zh: 实施范围（地区或单位）, en: region code or agency id}
//   subject: {zh: 对象（单位、群体、问题或报告）, en: "holder, group, finding or report"}
//   due_on: {zh: 期限, en: due date}
//   reached: {zh: 已惠及, en: beneficiaries reached}
//   eligible: {zh: 应享受, en: eligible beneficiaries}
CALL {
  MATCH (m:Measure)<-[:GIVES]-(:Stage)<-[:OF]-(s:Step)-[:IN_REGION]->(r:Region)
  WHERE s.state <> 'cancelled'
  WITH m, r, max(s.due_on) AS latest
  MATCH hops = (r)<-[:PART_OF*0..4]-(:Region)<-[:IN_REGION]-(g:BeneficiaryGroup)
  WHERE g.measure = m.key AND g.eligible_count > 0
  WITH g, latest, length(hops) AS distance
  ORDER BY distance
  WITH g, collect({due_on: latest})[0].due_on AS step_due_on
  RETURN g, step_due_on
  UNION ALL
  MATCH (g:BeneficiaryGroup)-[:GIVES]->(m:Measure)
  WHERE g.eligible_count > 0 AND g.reached_count < g.eligible_count
    AND NOT EXISTS {
      MATCH (m)<-[:GIVES]-(:Stage)<-[:OF]-(s:Step)-[:IN_REGION]->(:Region)<-[:PART_OF*0..4]-(:Region)<-[:IN_REGION]-(g)
      WHERE s.state <> 'cancelled'
    }
  RETURN g, null AS step_due_on
}
MATCH (g)-[:GIVES]->(m:Measure)-[:OF]->(p:Policy)-[:OF]->(c:Case)<-[:OF]-(e:Evaluation)
WHERE ($case IS NULL OR c.key = $case) AND e.current AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
WITH c, e, g, m, p, coalesce(step_due_on, p.effective_to) AS due_on
WHERE due_on < c.as_of AND g.reached_count < e.coverage_min * g.eligible_count
RETURN c.key AS case, p.key AS policy, m.key AS measure, null AS stage, null AS scope, g.key AS subject,
  due_on, g.reached_count AS reached, g.eligible_count AS eligible
ORDER BY due_on, `case`, policy, measure, subject
