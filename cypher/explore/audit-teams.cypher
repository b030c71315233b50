// id: audit-teams
// revision: 2
// title: {zh: 审计组的工作, en: What the audit teams did}
// answers:
//   zh: 领导小组和各审计组的目标、任务、进度和方式是什么，各自提出、报告、核实了多少？
//   en: What are the goal, task, schedule and ways of the leading groups and audit teams, and what did each find, report and verify?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   agency: {zh: 单位, en: agency id}
//   title: {zh: 名称, en: name}
//   goal: {zh: 目标, en: goal}
//   task: {zh: 任务, en: task}
//   schedule: {zh: 进度, en: schedule}
//   mode: {zh: 方式, en: on site or off site}
//   findings: {zh: 提出的问题, en: findings}
//   reports: {zh: 报告, en: reports}
//   actions: {zh: 处理次数, en: actions}
//   last_on: {zh: 最近处理, en: last action}
MATCH (a:Agency)
WHERE a.kind IN ['leading_group', 'audit_team'] AND ($case IS NULL OR a.case = $case)
OPTIONAL MATCH (f:Finding)-[:MADE_BY]->(a)
WITH a, count(f) AS findings
OPTIONAL MATCH (r:Report)-[:MADE_BY]->(a)
WITH a, findings, count(r) AS reports
OPTIONAL MATCH (x:Action)-[:TAKEN_BY]->(a)
WITH a, findings, reports, count(x) AS actions, max(x.on) AS last_on
RETURN a.case AS case, a.key AS agency, a.title AS title, a.goal AS goal, a.task AS task, a.schedule AS schedule, a.mode AS mode,
  findings, reports, actions, last_on
ORDER BY `case`, agency
