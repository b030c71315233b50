// id: what-documents-fix
// revision: 1
// title: {zh: 各文件的规定, en: What the documents fix}
// answers:
//   zh: 各文件对同一事项规定了什么，在哪里、对谁有效，被哪一条取代？
//   en: What does each document fix about each matter, where and for whom, and what has replaced it?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   policy: {type: text, default: null, zh: 只看此政策, en: only this policy}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   parameter: {zh: 事项, en: what it fixes}
//   provision: {zh: 规定, en: provision}
//   value: {zh: 内容, en: value}
//   unit: {zh: 计量单位, en: unit}
//   territory: {zh: 适用地区, en: territory; none is everywhere}
//   groups: {zh: 对象, en: groups; none is all}
//   effective_from: {zh: 施行日, en: first day in force}
//   effective_to: {zh: 截止日, en: last day in force}
//   state: {zh: 状态, en: state}
//   document: {zh: 文件, en: document}
//   replaced_by: {zh: 取代它的规定, en: what replaces it}
MATCH (p:Provision)
WHERE ($case IS NULL OR p.case = $case) AND ($policy IS NULL OR p.policy = $policy)
OPTIONAL MATCH (p)-[:IN_REGION]->(t:Region)
OPTIONAL MATCH (p)-[:STATED_IN]->(d:Document)
OPTIONAL MATCH (newer:Provision)-[:REPLACES]->(p)
WITH p, t, d, newer ORDER BY newer.key
WITH p, t, d, collect(newer.title) AS replaced_by
RETURN p.case AS case, p.policy AS policy, p.parameter AS parameter, p.title AS provision, p.value AS value, p.unit AS unit,
  coalesce(t.title, p.territory) AS territory, p.groups AS groups, p.effective_from AS effective_from,
  p.effective_to AS effective_to, p.state AS state, coalesce(d.title, p.document) AS document, replaced_by
ORDER BY `case`, policy, parameter, effective_from, p.key
