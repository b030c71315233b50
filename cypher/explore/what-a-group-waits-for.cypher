// id: what-a-group-waits-for
// revision: 1
// title: {zh: 受益群体在等什么, en: What a group waits for}
// answers:
//   zh: 某受益群体要得到措施，还差哪些步骤没有完成，由谁负责？
//   en: Which steps are not done between a group and its measure, and who leads them?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   group: {type: text, required: true, example: waiting-point-to-point-140602, zh: 受益群体, en: group id}
// columns:
//   case: {zh: 案例, en: case}
//   group: {zh: 群体, en: group id}
//   title: {zh: 名称, en: name}
//   eligible: {zh: 应享受数, en: eligible}
//   reached: {zh: 已惠及数, en: reached}
//   measure: {zh: 措施, en: measure}
//   step: {zh: 未完成的步骤, en: step not done}
//   state: {zh: 状态, en: state}
//   due_on: {zh: 期限, en: due date}
//   leads: {zh: 牵头单位, en: lead agencies}
MATCH (m:Measure)<-[:GIVES]-(:Stage)<-[:OF]-(final:Step)-[:IN_REGION]->(:Region)<-[:PART_OF*0..4]-(:Region)<-[:IN_REGION]-(g:BeneficiaryGroup)
WHERE g.key = $group AND g.measure = m.key AND ($case IS NULL OR g.case = $case)
MATCH (final)-[:AFTER*0..8]->(s:Step)
WHERE s.required AND s.state IN ['open', 'untouched']
WITH DISTINCT g, m, s
OPTIONAL MATCH (lead:Agency)-[a:ASSIGNED]->(s)
WHERE a.role = 'lead'
WITH g, m, s, lead ORDER BY lead.title, lead.key
RETURN g.case AS case, g.key AS group, g.title AS title, g.eligible_count AS eligible, g.reached_count AS reached, m.title AS measure,
  s.title AS step, s.state AS state, s.due_on AS due_on, collect(lead.title) AS leads
ORDER BY `case`, `group`, due_on, step
