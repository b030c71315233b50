// id: finding-to-policy
// revision: 1
// title: {zh: 从问题到政策, en: From a finding to its policy}
// answers:
//   zh: 某个问题涉及哪个步骤、哪项政策，一路上有哪些责任单位？
//   en: Which step and policy does a finding concern, and who is responsible on the way?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
//   finding: {type: text, default: null, zh: 只看此问题, en: only this finding}
// columns:
//   case: {zh: 案例, en: case}
//   finding: {zh: 问题, en: finding id}
//   title: {zh: 名称, en: title}
//   found_at: {zh: 被审计单位, en: found at}
//   step: {zh: 步骤, en: step}
//   stage: {zh: 环节, en: stage}
//   policy: {zh: 政策, en: policy}
//   leads: {zh: 牵头单位, en: lead agencies}
//   document: {zh: 文件, en: document}
MATCH (f:Finding)-[:ABOUT]->(about)
WHERE ($case IS NULL OR f.case = $case) AND ($finding IS NULL OR f.key = $finding)
OPTIONAL MATCH (f)-[:FOUND_AT]->(at:Agency)
OPTIONAL MATCH (f)-[:STATED_IN]->(d:Document)
OPTIONAL MATCH (about:Step)-[:OF]->(of_step:Stage)
OPTIONAL MATCH (about)-[:OF*0..2]->(p:Policy)
OPTIONAL MATCH (lead:Agency)-[a:ASSIGNED]->(about:Step)
WHERE a.role = 'lead'
WITH f, about, at, d, of_step, p, lead ORDER BY lead.title, lead.key
RETURN f.case AS case, f.key AS finding, f.title AS title, at.title AS found_at,
  CASE WHEN about:Step THEN about.title END AS step, CASE WHEN about:Stage THEN about.title ELSE of_step.title END AS stage,
  p.title AS policy, collect(DISTINCT lead.title) AS leads, d.title AS document
ORDER BY `case`, finding, document
