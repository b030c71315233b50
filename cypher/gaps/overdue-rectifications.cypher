// id: overdue-rectifications
// revision: 2
// title: {zh: 逾期未整改, en: Overdue rectifications}
// answers:
//   zh: 哪些承诺的整改期限已过仍未整改？
//   en: Which promised rectifications are past due and not made?
// finds: overdue_rectification
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
//   happened_on: {zh: 发生日, en: when it happened}
//   due_on: {zh: 期限, en: due date}
MATCH (e:Evaluation)-[:OF]->(c:Case)
WHERE e.current AND ($case IS NULL OR c.key = $case)
MATCH (f:Finding)
WHERE f.case = c.key
  AND NOT EXISTS { MATCH (p:Policy) WHERE p.case = f.case AND p.key = f.policy AND p.effective_from > c.as_of }
OPTIONAL MATCH (a:Action)-[:FOLLOWS]->(f)
WHERE a.kind IN ['verified', 'waived', 'reopened']
WITH c, f, a ORDER BY a.sequence
WITH c, f, collect(a.kind) AS turns
WHERE size(turns) = 0 OR last(turns) = 'reopened'
MATCH (promised:Action)-[:FOLLOWS]->(f)
WHERE promised.kind = 'accepted' AND promised.due_on < c.as_of
  AND NOT EXISTS { MATCH (done:Action)-[:FOLLOWS]->(f) WHERE done.kind = 'rectified' AND done.on >= promised.on }
WITH c, f, promised ORDER BY promised.due_on, promised.sequence
WITH c, f, collect({on: promised.on, due_on: promised.due_on})[0] AS first
RETURN c.key AS case, f.policy AS policy, null AS measure, f.stage AS stage, f.scope AS scope, f.key AS subject, f.title AS title,
  first.due_on + duration({days: 1}) AS since, first.on AS happened_on, first.due_on AS due_on
ORDER BY since, `case`, subject
