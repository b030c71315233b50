// id: finding-timeline
// revision: 1
// title: {zh: 问题的处理经过, en: The timeline of a finding}
// answers:
//   zh: 某个问题自发现以来依次发生了什么，由谁对谁？
//   en: What happened about a finding since it was made, in order, by whom and to whom?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   finding: {type: text, default: null, zh: 只看此问题, en: only this finding}
// columns:
//   case: {zh: 案例, en: case}
//   finding: {zh: 问题, en: finding id}
//   title: {zh: 名称, en: title}
//   sequence: {zh: 次序, en: order}
//   "on": {zh: 日期, en: when}
//   kind: {zh: 处理, en: what}
//   by: {zh: 由谁, en: by}
//   to: {zh: 对谁, en: to}
//   document: {zh: 文件, en: document}
//   note: {zh: 说明, en: note}
MATCH (a:Action)-[:FOLLOWS]->(f:Finding)
WHERE ($case IS NULL OR f.case = $case) AND ($finding IS NULL OR f.key = $finding)
OPTIONAL MATCH (a)-[:TAKEN_BY]->(by:Agency)
OPTIONAL MATCH (a)-[:DIRECTED_TO]->(to:Agency)
OPTIONAL MATCH (a)-[:STATED_IN]->(d:Document)
RETURN f.case AS case, f.key AS finding, f.title AS title, a.sequence AS sequence, a.on AS on, a.kind AS kind, coalesce(by.title, a.by) AS by,
  coalesce(to.title, a.to) AS to, d.title AS document, a.note AS note
ORDER BY `case`, finding, sequence, document
