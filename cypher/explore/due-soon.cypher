// id: due-soon
// revision: 1
// title: {zh: 即将到期的步骤, en: Steps due soon}
// answers:
//   zh: 未来若干天内到期、可以开始而未完成的步骤有哪些，由谁负责？
//   en: Which steps can be done, are not, and fall due within some days, and who leads them?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   days: {type: integer, default: 14, zh: 多少天内, en: within how many days}
// columns:
//   case: {zh: 案例, en: case}
//   due_on: {zh: 期限, en: due date}
//   step: {zh: 步骤, en: step}
//   title: {zh: 名称, en: title}
//   state: {zh: 状态, en: state}
//   leads: {zh: 牵头单位, en: lead agencies}
MATCH (s:Step)-[:OF]->(:Stage)-[:OF]->(:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND s.required AND s.ready AND s.state IN ['open', 'untouched']
  AND s.due_on >= c.as_of AND s.due_on <= c.as_of + duration({days: $days})
OPTIONAL MATCH (lead:Agency)-[a:ASSIGNED]->(s)
WHERE a.role = 'lead'
WITH c, s, lead ORDER BY lead.title, lead.key
RETURN c.key AS case, s.due_on AS due_on, s.key AS step, s.title AS title, s.state AS state, collect(lead.title) AS leads
ORDER BY due_on, `case`, step
