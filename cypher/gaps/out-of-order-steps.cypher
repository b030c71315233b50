// id: out-of-order-steps
// revision: 1
// title: {zh: 次序颠倒的步骤, en: Steps out of order}
// answers:
//   zh: 哪些步骤在其前序步骤之前就报告完成？
//   en: Which steps were reported done before a step that they should follow?
// finds: out_of_order
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
//   predecessors: {zh: 被越过的前序步骤, en: predecessors passed over}
MATCH (s:Step)-[after:AFTER]->(before:Step)
WHERE s.state = 'done' AND NOT after.may_precede
  AND ((before.required AND before.state IN ['open', 'untouched']) OR (before.state = 'done' AND before.done_on > s.done_on))
WITH s, before ORDER BY before.key
WITH s, collect(before.key) AS predecessors
MATCH (s)-[:OF]->(:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
RETURN c.key AS case, s.policy AS policy, s.measure AS measure, s.stage AS stage, s.scope AS scope, null AS subject,
  s.title AS title, s.done_on AS since, predecessors
ORDER BY since, `case`, policy, stage, scope
