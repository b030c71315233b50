// id: chain-in-region
// revision: 1
// title: {zh: 一地的政策链条, en: The chain of a policy in a region}
// answers:
//   zh: 某项政策在某地（含上级和下级）的各个步骤进展如何，由谁负责？
//   en: How far is each step of a policy in a region, with the levels above and below it, and who leads it?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   policy: {type: text, required: true, example: rent-relief-2020, zh: 政策, en: policy id}
//   region: {type: text, required: true, example: "140105", zh: 地区, en: region code}
// columns:
//   case: {zh: 案例, en: case}
//   depth: {zh: 链条位置, en: place in the chain}
//   stage: {zh: 环节, en: stage id}
//   scope: {zh: 实施范围, en: region or agency}
//   title: {zh: 名称, en: title}
//   state: {zh: 状态, en: state}
//   due_on: {zh: 期限, en: due date}
//   done_on: {zh: 完成日, en: when it was done}
//   leads: {zh: 牵头单位, en: lead agencies}
MATCH (s:Step)-[:OF]->(st:Stage)-[:OF]->(p:Policy)
WHERE ($case IS NULL OR s.case = $case) AND p.key = $policy
  AND (
    EXISTS { MATCH (s)-[:IN_REGION]->(:Region)-[:PART_OF*0..4]->(above:Region) WHERE above.key = $region }
    OR EXISTS { MATCH (s)-[:IN_REGION]->(:Region)<-[:PART_OF*1..4]-(below:Region) WHERE below.key = $region }
  )
OPTIONAL MATCH (lead:Agency)-[a:ASSIGNED]->(s)
WHERE a.role = 'lead'
WITH s, st, lead ORDER BY lead.title, lead.key
RETURN s.case AS case, st.depth AS depth, s.stage AS stage, s.scope AS scope, s.title AS title, s.state AS state,
  s.due_on AS due_on, s.done_on AS done_on, collect(lead.title) AS leads
ORDER BY depth, stage, scope, `case`
