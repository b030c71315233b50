// id: evidence-behind-a-gap
// revision: 1
// title: {zh: 缺口背后的佐证, en: The evidence behind a gap}
// answers:
//   zh: 某个缺口所在的步骤、问题有哪些文件记录，出处在哪里？
//   en: Which documents speak of the step or finding of a gap, and where in them?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   gap: {type: text, default: null, zh: 只看此缺口（gap-…）, en: only this gap (gap-…)}
// columns:
//   case: {zh: 案例, en: case}
//   gap: {zh: 缺口, en: gap id}
//   title: {zh: 名称, en: title}
//   at: {zh: 所在, en: at}
//   kind: {zh: 记录种类, en: kind of record}
//   "on": {zh: 日期, en: day}
//   document: {zh: 文件, en: document}
//   locator: {zh: 位置, en: place in it}
MATCH (g:Gap)-[:IN]->(e:Evaluation)
WHERE ($case IS NULL OR g.case = $case) AND e.current AND ($gap IS NULL OR g.key = $gap)
MATCH (g)-[:AT]->(x)-[r:EVIDENCED_BY|STATED_IN]->(d:Document)
RETURN g.case AS case, g.key AS gap, g.title AS title, x.title AS at, coalesce(r.kind, 'finding') AS kind, r.on AS on, d.title AS document, r.locator AS locator
ORDER BY `case`, gap, on, document, locator, kind, r.event
