// id: agency-workload
// revision: 1
// title: {zh: 各单位的任务, en: What each agency has to do}
// answers:
//   zh: 各单位负责多少步骤，完成多少、逾期多少？
//   en: How many steps does each agency lead or support, and how many are done or past due?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   agency: {zh: 单位, en: agency id}
//   title: {zh: 名称, en: name}
//   role: {zh: 角色, en: role}
//   steps: {zh: 步骤数, en: steps}
//   done: {zh: 已完成, en: done}
//   overdue: {zh: 逾期, en: past due}
MATCH (a:Agency)-[r:ASSIGNED]->(s:Step)-[:OF]->(:Stage)-[:OF]->(:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND s.state <> 'cancelled'
RETURN c.key AS case, a.key AS agency, a.title AS title, r.role AS role, count(s) AS steps,
  sum(CASE WHEN s.state = 'done' THEN 1 ELSE 0 END) AS done, sum(CASE WHEN s.state <> 'done' AND s.due_on < c.as_of THEN 1 ELSE 0 END) AS overdue
ORDER BY overdue DESC, steps DESC, `case`, agency, role
