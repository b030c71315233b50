// id: region-progress
// revision: 1
// title: {zh: 各地的进展, en: Progress by region}
// answers:
//   zh: 各地的必需步骤完成了几成？
//   en: What share of the required steps is done in each region?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   level: {type: text, default: null, zh: 只看此层级, en: only regions of this level}
// columns:
//   case: {zh: 案例, en: case}
//   region: {zh: 地区, en: region code}
//   title: {zh: 名称, en: name}
//   level: {zh: 层级, en: level}
//   steps: {zh: 必需步骤, en: required steps}
//   done: {zh: 已完成, en: done}
//   share: {zh: 完成率, en: share done}
MATCH (s:Step)-[:IN_REGION]->(r:Region)
WHERE ($case IS NULL OR r.case = $case) AND ($level IS NULL OR r.level = $level) AND s.required AND s.state <> 'cancelled'
WITH r, count(s) AS steps, sum(CASE WHEN s.state = 'done' THEN 1 ELSE 0 END) AS done
RETURN r.case AS case, r.key AS region, r.title AS title, r.level AS level, steps, done, round(toFloat(done) / steps, 3) AS share
ORDER BY share, `case`, region
