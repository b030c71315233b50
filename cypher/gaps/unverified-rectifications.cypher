// id: unverified-rectifications
// revision: 1
// title: {zh: 未核实的整改, en: Unverified rectifications}
// answers:
//   zh: 哪些整改超过规定天数无人核实、退回或重新挂号？
//   en: Which rectifications has nobody verified, rejected or reopened for longer than is allowed?
// finds: unverified_rectification
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
MATCH (e:Evaluation)-[:OF]->(c:Case)
WHERE e.current AND ($case IS NULL OR c.key = $case)
MATCH (f:Finding)
WHERE f.case = c.key
  AND NOT EXISTS { MATCH (p:Policy) WHERE p.case = f.case AND p.key = f.policy AND p.effective_from > c.as_of }
MATCH (done:Action)-[:FOLLOWS]->(f)
WHERE done.kind = 'rectified' AND done.on < c.as_of - duration({days: e.verify_days})
  AND NOT EXISTS {
    MATCH (answer:Action)-[:FOLLOWS]->(f)
    WHERE answer.kind IN ['verified', 'rejected', 'reopened'] AND answer.on >= done.on
  }
WITH c, e, f, min(done.on) AS happened_on
RETURN c.key AS case, f.policy AS policy, null AS measure, f.stage AS stage, f.scope AS scope, f.key AS subject, f.title AS title,
  happened_on + duration({days: e.verify_days + 1}) AS since, happened_on
ORDER BY since, `case`, subject
