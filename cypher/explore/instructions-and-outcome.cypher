// id: instructions-and-outcome
// revision: 1
// title: {zh: 批示及其结果, en: Instructions and what became of them}
// answers:
//   zh: 每件批示和建议之后做了什么，问题现在怎样？
//   en: What followed each instruction or recommendation, and how does the finding stand?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   instruction: {zh: 批示, en: action id}
//   "on": {zh: 日期, en: when}
//   kind: {zh: 种类, en: kind}
//   by: {zh: 由谁, en: by}
//   to: {zh: 对谁, en: to}
//   finding: {zh: 问题, en: finding id}
//   title: {zh: 名称, en: title}
//   due_on: {zh: 期限, en: due date}
//   then: {zh: 此后的处理, en: actions since}
//   outcome: {zh: 结果, en: outcome}
MATCH (told:Action)-[:FOLLOWS]->(f:Finding)
WHERE ($case IS NULL OR told.case = $case) AND told.kind IN ['instructed', 'recommended']
OPTIONAL MATCH (later:Action)-[:FOLLOWS]->(f)
WHERE later.sequence > told.sequence
WITH told, f, later ORDER BY later.sequence
WITH told, f, collect(toString(later.on) + ' ' + later.kind) AS then, collect(later.kind) AS kinds
RETURN told.case AS case, told.key AS instruction, told.on AS on, told.kind AS kind, told.by AS by, told.to AS to, f.key AS finding, f.title AS title,
  told.due_on AS due_on, then,
  CASE WHEN 'verified' IN kinds THEN 'verified' WHEN 'rectified' IN kinds THEN 'rectified' WHEN size(kinds) = 0 THEN 'nothing' ELSE last(kinds) END AS outcome
ORDER BY on, instruction, `case`
