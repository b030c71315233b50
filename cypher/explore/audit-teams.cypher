// id: audit-teams
// revision: 1
// title: {zh: 审计组的工作, en: What the audit teams did}
// answers:
//   zh: 领导小组和各审计组各自报告、建议、核实了多少？
//   en: What did the leading groups and audit teams report, recommend and verify?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   agency: {zh: 单位, en: agency id}
//   title: {zh: 名称, en: name}
//   kind: {zh: 类别, en: kind of agency}
//   did: {zh: 处理, en: what they did}
//   actions: {zh: 次数, en: times}
//   findings: {zh: 涉及问题, en: findings}
//   last_on: {zh: 最近, en: last}
MATCH (a:Agency)<-[:TAKEN_BY]-(x:Action)-[:FOLLOWS]->(f:Finding)
WHERE $case IS NULL OR a.case = $case
RETURN a.case AS case, a.key AS agency, a.title AS title, a.kind AS kind, x.kind AS did, count(x) AS actions, count(DISTINCT f) AS findings, max(x.on) AS last_on
ORDER BY `case`, agency, did
