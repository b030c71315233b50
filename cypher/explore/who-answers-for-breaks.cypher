// id: who-answers-for-breaks
// revision: 1
// title: {zh: 谁名下的根源缺口最多, en: Who answers for the most root breaks}
// answers:
//   zh: 各级哪些单位对最多的根源缺口负责？
//   en: At each level, which agencies answer for the most root gaps?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   category: {type: text, default: null, zh: 只看此类型（break 断点、blockage 堵点等）, en: "only this category (break, blockage, …)"}
// columns:
//   case: {zh: 案例, en: case}
//   level: {zh: 层级, en: level}
//   agency: {zh: 单位, en: agency id}
//   title: {zh: 名称, en: name}
//   gaps: {zh: 根源数, en: root gaps}
//   high: {zh: 其中严重, en: of them grave}
//   blocked_steps: {zh: 受阻步骤, en: steps that wait for them}
//   beneficiaries: {zh: 涉及对象, en: beneficiaries concerned}
MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE ($case IS NULL OR e.case = $case) AND e.current AND g.root AND ($category IS NULL OR g.category = $category)
MATCH (a:Agency)-[r:RESPONSIBLE_FOR]->(g)
WHERE r.role = 'lead'
OPTIONAL MATCH (a)-[:IN_REGION]->(region:Region)
RETURN e.case AS case, coalesce(region.level, '') AS level, a.key AS agency, a.title AS title, count(DISTINCT g) AS gaps,
  sum(CASE WHEN g.severity = 'high' THEN 1 ELSE 0 END) AS high, sum(g.blocked_steps) AS blocked_steps, sum(g.beneficiaries) AS beneficiaries
ORDER BY `case`, level, gaps DESC, high DESC, agency
