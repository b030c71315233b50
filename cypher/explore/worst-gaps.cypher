// id: worst-gaps
// revision: 2
// title: {zh: 最严重的缺口, en: The gravest gaps}
// answers:
//   zh: 排在最前的根源缺口是什么，谁负责，卡住了什么？
//   en: Which root gaps come first, who is responsible, and what do they hold up?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   top: {type: integer, default: 20, zh: 显示多少, en: how many}
// columns:
//   case: {zh: 案例, en: case}
//   gap: {zh: 缺口, en: gap id}
//   title: {zh: 名称, en: title}
//   severity: {zh: 严重程度, en: severity}
//   days: {zh: 天数, en: days}
//   blocked_steps: {zh: 受阻步骤, en: blocked steps}
//   beneficiaries: {zh: 涉及对象, en: beneficiaries}
//   amounts: {zh: 金额, en: amounts}
//   responsible: {zh: 责任单位, en: responsible}
MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE ($case IS NULL OR e.case = $case) AND e.current AND g.root
OPTIONAL MATCH (a:Agency)-[r:RESPONSIBLE_FOR]->(g)
WHERE r.role = 'lead'
WITH g, a ORDER BY a.title, a.key
WITH g, collect(a.title) AS responsible
RETURN g.case AS case, g.key AS gap, g.title AS title, g.severity AS severity, g.days AS days, g.blocked_steps AS blocked_steps,
  g.beneficiaries AS beneficiaries, g.amounts AS amounts, responsible
ORDER BY CASE g.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, g.beneficiaries DESC, coalesce(g.amount_e4, 0) DESC,
  coalesce(g.days, 0) DESC, g.key, g.case
LIMIT $top
