// id: unaddressed-findings
// revision: 1
// title: {zh: 无人处理的问题, en: Unaddressed findings}
// answers:
//   zh: 哪些问题发现后超过规定天数没有任何处理？
//   en: Which findings have had no action at all for longer than is allowed?
// finds: unaddressed_finding
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
MATCH (e:Evaluation)-[:OF]->(c:Case)
WHERE e.current AND ($case IS NULL OR c.key = $case)
MATCH (f:Finding)
WHERE f.case = c.key
  AND f.found_on < c.as_of - duration({days: e.unaddressed_days}) AND NOT EXISTS { MATCH (:Action)-[:FOLLOWS]->(f) }
  AND NOT EXISTS { MATCH (p:Policy) WHERE p.case = f.case AND p.key = f.policy AND p.effective_from > c.as_of }
RETURN c.key AS case, f.policy AS policy, null AS measure, f.stage AS stage, f.scope AS scope, f.key AS subject, f.title AS title,
  f.found_on + duration({days: e.unaddressed_days + 1}) AS since
ORDER BY since, `case`, subject
