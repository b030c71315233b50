// id: findings-that-came-back
// revision: 1
// title: {zh: 反复出现的问题, en: Findings that came back}
// answers:
//   zh: 同一单位的同类问题出现过几次，每次如何了结？
//   en: How often was the same kind of finding made at the same agency, and when?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   agency: {zh: 单位, en: agency id}
//   title: {zh: 名称, en: name}
//   kind: {zh: 种类, en: kind of finding}
//   times: {zh: 次数, en: times}
//   findings: {zh: 问题, en: findings}
//   first_on: {zh: 首次, en: first}
//   last_on: {zh: 最近, en: last}
MATCH (f:Finding)-[:FOUND_AT]->(a:Agency)
WHERE ($case IS NULL OR f.case = $case) AND f.kind IS NOT NULL
WITH a, f ORDER BY f.found_on, f.key
WITH a, f.kind AS kind, collect(f.key) AS findings, min(f.found_on) AS first_on, max(f.found_on) AS last_on
WHERE size(findings) > 1
RETURN a.case AS case, a.key AS agency, a.title AS title, kind, size(findings) AS times, findings, first_on, last_on
ORDER BY times DESC, `case`, agency, kind
