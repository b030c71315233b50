// id: documents-never-followed
// revision: 1
// title: {zh: 无人落实的文件, en: Documents never followed}
// answers:
//   zh: 哪些政策文件发出后，一个步骤都没有完成？
//   en: Which policies, with their documents, have not one step done?
// parameters:
//   case: {type: text, default: null, zh: 只看此案例, en: only this case}
// columns:
//   case: {zh: 案例, en: case}
//   policy: {zh: 政策, en: policy id}
//   title: {zh: 名称, en: title}
//   document_number: {zh: 文号, en: document number}
//   effective_from: {zh: 施行日, en: in force from}
//   steps: {zh: 应完成步骤, en: required steps}
//   begun: {zh: 已开始, en: of them begun}
MATCH (p:Policy)<-[:OF]-(:Stage)<-[:OF]-(s:Step)
WHERE ($case IS NULL OR p.case = $case) AND s.required
WITH p, count(s) AS steps, sum(CASE WHEN s.state = 'done' THEN 1 ELSE 0 END) AS done, sum(CASE WHEN s.state = 'open' THEN 1 ELSE 0 END) AS begun
WHERE done = 0
RETURN p.case AS case, p.key AS policy, p.title AS title, p.document_number AS document_number, p.effective_from AS effective_from, steps, begun
ORDER BY effective_from, `case`, policy
