// id: changes-between-evaluations
// revision: 1
// title: {zh: 两次评估之间的变化, en: What changed between two evaluations}
// answers:
//   zh: 两次评估相比，哪些缺口是新增的、消除的、持续的？
//   en: Between two evaluations, which gaps are new, resolved or persisting?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   earlier: {type: text, default: null, zh: 较早的评估（默认倒数第二个）, en: "the earlier evaluation (the last but one, if not given)"}
//   later: {type: text, default: null, zh: 较晚的评估（默认当前）, en: "the later evaluation (the current one, if not given)"}
// columns:
//   case: {zh: 案例, en: case}
//   change: {zh: 变化, en: "new, resolved or persisting"}
//   gap: {zh: 缺口, en: gap id}
//   kind: {zh: 种类, en: kind}
//   severity: {zh: 严重程度, en: severity}
//   title: {zh: 名称, en: title}
//   days: {zh: 天数, en: days in the newest of the two}
MATCH (e:Evaluation)-[:OF]->(c:Case)
WHERE $case IS NULL OR c.key = $case
WITH c, e ORDER BY e.current DESC, e.as_of DESC, e.key DESC
WITH c, collect(e) AS kept
WITH c, coalesce([e IN kept WHERE e.key = $later][0], kept[0]) AS later, coalesce([e IN kept WHERE e.key = $earlier][0], kept[1]) AS earlier
WHERE earlier IS NOT NULL
MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE e.id IN [earlier.id, later.id]
WITH c, earlier, later, g, e ORDER BY e.id = later.id DESC
WITH c, earlier, later, g.key AS gap, collect(g) AS seen, collect(e.id) AS evaluations
WITH c, gap, head(seen) AS g, CASE WHEN size(evaluations) = 2 THEN 'persisting' WHEN evaluations[0] = later.id THEN 'new' ELSE 'resolved' END AS change
RETURN c.key AS case, change, gap, g.kind AS kind, g.severity AS severity, g.title AS title, g.days AS days
ORDER BY `case`, change, severity, kind, gap
