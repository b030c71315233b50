// id: stage-progress
// revision: 1
// title: {zh: 各环节的进展, en: Progress by stage}
// answers:
//   zh: 各政策每个环节完成了多少、进行中多少、没有动静多少、逾期多少？
//   en: Of each stage, how many steps are done, begun, untouched and past due?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   policy: {type: text, default: null, zh: 只看此政策, en: only this policy}
//   region: {type: text, default: null, zh: 只看此地区及其下级, en: only this region and all below it}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   depth: {zh: 链条位置, en: place in the chain}
//   stage: {zh: 环节, en: stage id}
//   title: {zh: 名称, en: title}
//   steps: {zh: 步骤数, en: steps}
//   done: {zh: 已完成, en: done}
//   begun: {zh: 进行中, en: begun}
//   untouched: {zh: 无记录, en: untouched}
//   overdue: {zh: 逾期, en: past due}
MATCH (s:Step)-[:OF]->(st:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND ($policy IS NULL OR p.key = $policy) AND s.state <> 'cancelled'
  AND ($region IS NULL OR EXISTS { MATCH (s)-[:IN_REGION]->(:Region)-[:PART_OF*0..4]->(above:Region) WHERE above.key = $region })
RETURN c.key AS case, p.key AS policy, st.depth AS depth, st.key AS stage, st.title AS title, count(s) AS steps,
  sum(CASE WHEN s.state = 'done' THEN 1 ELSE 0 END) AS done, sum(CASE WHEN s.state = 'open' THEN 1 ELSE 0 END) AS begun,
  sum(CASE WHEN s.state = 'untouched' THEN 1 ELSE 0 END) AS untouched,
  sum(CASE WHEN s.state <> 'done' AND s.due_on < c.as_of THEN 1 ELSE 0 END) AS overdue
ORDER BY `case`, policy, depth, stage
