// id: where-chains-stop
// revision: 1
// title: {zh: 链条首先断在哪里, en: Where each chain stops first}
// answers:
//   zh: 各政策的链条在哪个环节首先停住：前序都已完成、自身尚未完成，有多少处，其中多少已逾期？
//   en: At which stage does each policy stop first (all before it done, itself not), in how many places, and how many of them are past due?
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
//   level: {zh: 层级, en: level}
//   places: {zh: 停住处数, en: places where it stops}
//   overdue: {zh: 其中逾期, en: of them past due}
//   behind: {zh: 后面等待的环节, en: stages that wait behind it}
MATCH (s:Step)-[:OF]->(st:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND ($policy IS NULL OR p.key = $policy)
  AND s.required AND s.state IN ['open', 'untouched']
  AND NOT EXISTS { MATCH (s)-[:AFTER]->(before:Step) WHERE before.required AND before.state IN ['open', 'untouched'] }
  AND ($region IS NULL OR EXISTS { MATCH (s)-[:IN_REGION]->(:Region)-[:PART_OF*0..4]->(above:Region) WHERE above.key = $region })
WITH c, p, st, count(s) AS places, sum(CASE WHEN s.due_on < c.as_of THEN 1 ELSE 0 END) AS overdue
OPTIONAL MATCH (behind:Stage)-[:AFTER*1..8]->(st)
WITH c, p, st, places, overdue, count(DISTINCT behind) AS behind
RETURN c.key AS case, p.key AS policy, st.depth AS depth, st.key AS stage, st.title AS title, st.level AS level, places, overdue, behind
ORDER BY overdue DESC, places DESC, `case`, policy, depth, stage
