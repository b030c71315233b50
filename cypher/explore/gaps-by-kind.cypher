// id: gaps-by-kind
// revision: 1
// title: {zh: 各类缺口的数量, en: Gaps by kind}
// answers:
//   zh: 每次评估中各类缺口有多少，多少是根源？
//   en: How many gaps of each kind has each evaluation, and how many are roots?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   evaluation: {zh: 评估, en: evaluation}
//   category: {zh: 类型, en: category}
//   kind: {zh: 种类, en: kind}
//   gaps: {zh: 数量, en: gaps}
//   roots: {zh: 根源, en: of them roots}
//   high: {zh: 严重, en: of them grave}
MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE $case IS NULL OR e.case = $case
RETURN e.case AS case, e.key AS evaluation, g.category AS category, g.kind AS kind, count(g) AS gaps,
  sum(CASE WHEN g.root THEN 1 ELSE 0 END) AS roots, sum(CASE WHEN g.severity = 'high' THEN 1 ELSE 0 END) AS high
ORDER BY `case`, evaluation, category, kind
