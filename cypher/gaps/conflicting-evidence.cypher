// id: conflicting-evidence
// revision: 1
// title: {zh: 佐证矛盾的步骤, en: Conflicting evidence}
// answers:
//   zh: 哪些步骤的完成，两个来源说法不一？
//   en: Which steps do two sources tell differently?
// finds: conflicting_evidence
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
//   documents: {zh: 来源文件, en: documents}
MATCH (one:Document)<-[first:EVIDENCED_BY]-(s:Step)-[second:EVIDENCED_BY]->(other:Document)
WHERE s.state <> 'cancelled' AND first.valid AND second.valid AND one.key < other.key
  AND (first.on <> second.on OR first.amount_e4 <> second.amount_e4)
WITH s, one.key + ' / ' + other.key AS documents, CASE WHEN first.on > second.on THEN first.on ELSE second.on END AS day
ORDER BY documents
WITH s, min(day) AS since, collect(DISTINCT documents) AS documents
MATCH (s)-[:OF]->(:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND (p.effective_from IS NULL OR p.effective_from <= c.as_of)
RETURN c.key AS case, s.policy AS policy, s.measure AS measure, s.stage AS stage, s.scope AS scope, null AS subject,
  s.title AS title, since, documents
ORDER BY since, `case`, policy, stage, scope
