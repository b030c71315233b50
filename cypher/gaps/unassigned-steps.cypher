// id: unassigned-steps
// revision: 1
// title: {zh: 无人负责的步骤, en: Unassigned steps}
// answers:
//   zh: 哪些步骤可以开始，却没有指派牵头单位？
//   en: Which steps could be done but have no lead agency?
// finds: unassigned_step
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   measure: {zh: 措施, en: measure id}
//   stage: {zh: 环节, en: stage id}
//   scope: {zh: 实施范围（地区或单位）, en: region code or agency id}
//   subject: {zh: 对象（单位、群体、问题或报告）, en: "holder, group, finding or report"}
//   title: {zh: 名称, en: title}
//   since: {zh: 起始日, en: first day on which it held}
//   due_on: {zh: 期限, en: due date}
MATCH (:Agency)-[:ASSIGNED]->(assigned:Step)
WITH DISTINCT assigned.case AS in_case, assigned.policy AS assigned_policy
MATCH (p:Policy)-[:OF]->(c:Case)
WHERE c.key = in_case AND p.key = assigned_policy AND ($case IS NULL OR c.key = $case)
  AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
MATCH (s:Step)-[:OF]->(:Stage)-[:OF]->(p)
WHERE s.required AND s.state IN ['open', 'untouched']
  AND NOT EXISTS { MATCH (s)-[:AFTER]->(before:Step) WHERE before.required AND before.state IN ['open', 'untouched'] }
  AND NOT EXISTS { MATCH (s)<-[lead:ASSIGNED]-(:Agency) WHERE lead.role = 'lead' }
RETURN c.key AS case, s.policy AS policy, s.measure AS measure, s.stage AS stage, s.scope AS scope, null AS subject,
  s.title AS title, s.ready_on AS since, s.due_on AS due_on
ORDER BY since, `case`, policy, stage, scope
