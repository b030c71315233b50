// id: bottleneck-agencies
// revision: 1
// title: {zh: 瓶颈单位, en: Bottleneck agencies}
// answers:
//   zh: 哪些单位牵头的未完成步骤卡住了最多的后续步骤？
//   en: Which agencies lead steps that are not done and that most other steps wait for?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   policy: {type: text, default: null, zh: 只看此政策, en: only this policy}
// columns:
//   case: {zh: 案例, en: case}
//   agency: {zh: 单位, en: agency id}
//   title: {zh: 名称, en: name}
//   steps: {zh: 未完成步骤, en: steps not done}
//   chains: {zh: 涉及政策, en: policies concerned}
//   waiting: {zh: 等待的步骤, en: steps that wait}
MATCH (a:Agency)-[r:ASSIGNED]->(s:Step)
WHERE ($case IS NULL OR a.case = $case) AND ($policy IS NULL OR s.policy = $policy)
  AND r.role = 'lead' AND s.required AND s.state IN ['open', 'untouched']
OPTIONAL MATCH (waiting:Step)-[:AFTER*1..8]->(s)
WHERE waiting.required AND waiting.state IN ['open', 'untouched']
RETURN a.case AS case, a.key AS agency, a.title AS title, count(DISTINCT s) AS steps, count(DISTINCT s.policy) AS chains, count(DISTINCT waiting) AS waiting
ORDER BY waiting DESC, steps DESC, `case`, agency
