// id: roots-and-consequences
// revision: 2
// title: {zh: 根源及其后果, en: Roots and their consequences}
// answers:
//   zh: 每个根源缺口引起了多少后果，分别是哪类？
//   en: How many other gaps does each root explain, by kind?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   root: {zh: 根源, en: root gap}
//   title: {zh: 名称, en: title}
//   kind: {zh: 后果种类, en: kind of consequence}
//   consequences: {zh: 后果数, en: consequences}
MATCH (consequence:Gap)-[:CAUSED_BY]->(root:Gap)-[:IN]->(e:Evaluation)
WHERE ($case IS NULL OR e.case = $case) AND e.current
WITH e.case AS of, root AS g, consequence.kind AS kind, count(consequence) AS consequences
RETURN of AS case, g.key AS root, g.title AS title, kind, consequences
ORDER BY consequences DESC, of, CASE g.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, g.beneficiaries DESC,
  coalesce(g.amount_e4, 0) DESC, coalesce(g.days, 0) DESC, g.key, kind
