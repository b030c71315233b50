// id: late-steps
// revision: 1
// title: {zh: 迟完成的步骤, en: Late steps}
// answers:
//   zh: 哪些步骤已完成，但晚于期限？
//   en: Which steps were done after their due date?
// finds: late_step
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
//   done_on: {zh: 完成日, en: when it was done}
MATCH (s:Step)-[:OF]->(st:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
  AND s.state = 'done' AND s.done_on > s.due_on
RETURN c.key AS case, s.policy AS policy, s.measure AS measure, s.stage AS stage, s.scope AS scope, null AS subject,
  s.title AS title, s.due_on + duration({days: 1}) AS since, s.due_on AS due_on, s.done_on AS done_on
ORDER BY since, `case`, policy, stage, scope
