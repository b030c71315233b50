// id: open-findings
// revision: 1
// title: {zh: 未了结的问题, en: Open findings}
// answers:
//   zh: 哪些问题还没有销号，最近一次处理是什么、何时？
//   en: Which findings are not closed, and what was last done about them, and when?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   category: {type: text, default: null, zh: 只看此类型, en: only this category}
// columns:
//   case: {zh: 案例, en: case}
//   finding: {zh: 问题, en: finding id}
//   title: {zh: 名称, en: title}
//   category: {zh: 类型, en: category}
//   found_on: {zh: 发现日, en: found on}
//   found_at: {zh: 单位, en: found at}
//   actions: {zh: 处理次数, en: actions}
//   last_action: {zh: 最近处理, en: last action}
//   last_on: {zh: 日期, en: when}
MATCH (f:Finding)
WHERE ($case IS NULL OR f.case = $case) AND ($category IS NULL OR f.category = $category)
OPTIONAL MATCH (f)-[:FOUND_AT]->(at:Agency)
OPTIONAL MATCH (a:Action)-[:FOLLOWS]->(f)
WITH f, at, a ORDER BY a.sequence
WITH f, at, collect(a) AS actions
WITH f, at, actions, [a IN actions WHERE a.kind IN ['verified', 'waived', 'reopened'] | a.kind] AS turns
WHERE size(turns) = 0 OR last(turns) = 'reopened'
RETURN f.case AS case, f.key AS finding, f.title AS title, f.category AS category, f.found_on AS found_on, at.title AS found_at,
  size(actions) AS actions, last(actions).kind AS last_action, last(actions).on AS last_on
ORDER BY found_on, `case`, finding
