// id: what-rests-on-a-document
// revision: 1
// title: {zh: 文件支撑了什么, en: What rests on each document}
// answers:
//   zh: 各文件支撑了多少步骤、问题、处理和报告？
//   en: How many steps, findings, actions and reports rest on each document?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   document: {zh: 文件, en: document id}
//   title: {zh: 名称, en: title}
//   steps: {zh: 步骤, en: steps}
//   findings: {zh: 问题, en: findings}
//   actions: {zh: 处理, en: actions}
//   others: {zh: 政策和报告, en: policies and reports}
MATCH (d:Document)
WHERE $case IS NULL OR d.case = $case
OPTIONAL MATCH (s:Step)-[:EVIDENCED_BY]->(d)
WITH d, count(DISTINCT s) AS steps
WITH d, steps, COUNT { MATCH (:Finding)-[:STATED_IN]->(d) } AS findings, COUNT { MATCH (:Action)-[:STATED_IN]->(d) } AS actions,
  COUNT { MATCH (:Policy|Report)-[:STATED_IN]->(d) } AS others
RETURN d.case AS case, d.key AS document, d.title AS title, steps, findings, actions, others
ORDER BY steps + findings + actions + others DESC, `case`, document
