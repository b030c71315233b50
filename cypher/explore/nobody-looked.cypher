// id: nobody-looked
// revision: 1
// title: {zh: 无人查过的地方, en: Where nobody looked}
// answers:
//   zh: 哪些政策、哪一层级有多少环节从未被核查覆盖？
//   en: Of each policy and level, how many steps did nobody ever look at?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   level: {zh: 层级, en: level}
//   steps: {zh: 环节数, en: steps}
//   looked_at: {zh: 已核查, en: looked at}
//   not_looked_at: {zh: 未核查, en: not looked at}
MATCH (s:Step)-[:OF]->(st:Stage)-[:OF]->(p:Policy)-[:OF]->(c:Case)
WHERE ($case IS NULL OR c.key = $case) AND s.required AND s.state <> 'cancelled'
WITH c, p, s, NOT c.has_coverage
  OR EXISTS { MATCH (s)-[:IN_REGION]->(:Region)-[:PART_OF*0..4]->(:Region)<-[:LOOKED_AT]-(x:Policy|Stage) WHERE x.id IN [st.id, p.id] }
  OR EXISTS { MATCH (s)-[:WITHIN]->(:Agency)<-[:LOOKED_AT]-(x:Policy|Stage) WHERE x.id IN [st.id, p.id] } AS looked
RETURN c.key AS case, p.key AS policy, s.level AS level, count(s) AS steps, sum(CASE WHEN looked THEN 1 ELSE 0 END) AS looked_at,
  sum(CASE WHEN looked THEN 0 ELSE 1 END) AS not_looked_at
ORDER BY not_looked_at DESC, `case`, policy, level
