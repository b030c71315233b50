// id: unsupported-steps
// revision: 1
// title: {zh: 缺少佐证的步骤, en: Unsupported steps}
// answers:
//   zh: 哪些步骤须有佐证，报告完成却未注明来源？
//   en: Which steps must be backed by evidence and were reported done without a source?
// finds: unsupported_step
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
MATCH (s:Step)-[:OF]->(st:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
  AND s.state = 'done' AND st.evidence IS NOT NULL
  AND NOT EXISTS { MATCH (s)-[event:EVIDENCED_BY]->(:Document) WHERE event.valid }
RETURN c.key AS case, s.policy AS policy, s.measure AS measure, s.stage AS stage, s.scope AS scope, null AS subject,
  s.title AS title, s.done_on AS since
ORDER BY since, `case`, policy, stage, scope
