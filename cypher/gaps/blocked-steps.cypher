// id: blocked-steps
// revision: 1
// title: {zh: 受阻的步骤, en: Blocked steps}
// answers:
//   zh: 哪些步骤在等尚未完成的前序步骤，等的是哪些？
//   en: Which steps wait for a predecessor that is not done, and for which?
// finds: blocked_step
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
//   waits_for: {zh: 所等步骤, en: steps it waits for}
MATCH (s:Step)-[:AFTER]->(before:Step)
WHERE s.required AND s.state IN ['open', 'untouched'] AND before.required AND before.state IN ['open', 'untouched']
WITH s, before ORDER BY before.key
WITH s, collect(before.key) AS waits_for
MATCH (s)-[:OF]->(:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
RETURN c.key AS case, s.policy AS policy, s.measure AS measure, s.stage AS stage, s.scope AS scope, null AS subject,
  s.title AS title, waits_for
ORDER BY `case`, policy, stage, scope
