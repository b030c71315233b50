// id: nobody-looked
// revision: 1
// title: {zh: 无人查过的地方, en: Where nobody looked}
// answers:
//   zh: 各政策各层级有多少步骤在从未被核查过的地区？
//   en: Of each policy and level, how many steps are in regions that nobody ever looked at for it?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   level: {zh: 层级, en: level}
//   steps: {zh: 步骤数, en: steps}
//   looked_at: {zh: 已核查, en: looked at}
//   not_looked_at: {zh: 未核查, en: not looked at}
MATCH (s:Step)-[:IN_REGION]->(r:Region)
WHERE ($case IS NULL OR s.case = $case) AND s.required AND s.state <> 'cancelled'
WITH s.case AS in_case, s.policy AS policy, s.level AS level, r, count(s) AS steps
MATCH (c:Case)
WHERE c.key = in_case
WITH c, policy, level, steps, NOT c.has_coverage OR EXISTS {
    MATCH (r)-[:PART_OF*0..4]->(:Region)<-[:LOOKED_AT]-(x:Policy|Stage)
    WHERE x.key = policy OR x.policy = policy
  } AS looked
RETURN c.key AS case, policy, level, sum(steps) AS steps, sum(CASE WHEN looked THEN steps ELSE 0 END) AS looked_at,
  sum(CASE WHEN looked THEN 0 ELSE steps END) AS not_looked_at
ORDER BY not_looked_at DESC, `case`, policy, level
