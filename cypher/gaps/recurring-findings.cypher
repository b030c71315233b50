// id: recurring-findings
// revision: 2
// title: {zh: 屡查屡犯, en: Recurring findings}
// answers:
//   zh: 哪些问题在同一单位核实整改后又再次出现？
//   en: Which findings came back at the same agency after an earlier one of their kind was verified?
// finds: recurring_finding
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
//   earlier: {zh: 此前的问题, en: earlier finding}
MATCH (c:Case)
WHERE $case IS NULL OR c.key = $case
MATCH (f:Finding)-[:FOUND_AT]->(:Agency)<-[:FOUND_AT]-(before:Finding)<-[:FOLLOWS]-(verified:Action)
WHERE f.case = c.key AND f.kind = before.kind AND before.found_on < f.found_on
  AND verified.kind = 'verified' AND verified.on < f.found_on
  AND NOT EXISTS { MATCH (p:Policy) WHERE p.case = f.case AND p.key = f.policy AND p.effective_from > c.as_of }
WITH c, f, min(before.key) AS earlier
RETURN c.key AS case, f.policy AS policy, null AS measure, f.stage AS stage, f.scope AS scope, f.key AS subject, f.title AS title,
  f.found_on AS since, earlier
ORDER BY since, `case`, subject
