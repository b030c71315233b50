-- The nodes and relationships of one evaluation and its gaps (graphkit/graph/projection.py), in the form of case.sql.
-- Given by the projection beside what case.sql has: graph_evaluation() its key, is_current() whether it is the case's
-- current one, graph_batch() the newest load that it used, case_titles and kind_titles.

CREATE OR REPLACE TEMP MACRO gap_node(gap) AS graph_id2(graph_evaluation(), gap);

-- What each gap is at, whose batch is the gap's.
CREATE OR REPLACE TEMP TABLE graph_gaps AS
SELECT gaps.id AS gap, gap_node(gaps.id) AS id, 'Step' AS end_label, graph_steps.id AS end_id, graph_steps.batch
FROM gaps JOIN graph_steps ON graph_steps.step = gaps.step
UNION ALL
SELECT gaps.id, gap_node(gaps.id), graph_holders.label, graph_id(gaps.subject), graph_holders.named_in
FROM gaps JOIN graph_holders ON graph_holders.place = gaps.subject
WHERE gaps.about = 'holder'
UNION ALL
SELECT gaps.id, gap_node(gaps.id), 'BeneficiaryGroup', graph_id(gaps.subject), beneficiary_groups.batch
FROM gaps JOIN beneficiary_groups ON beneficiary_groups.id = gaps.subject
WHERE gaps.about = 'group'
UNION ALL
SELECT gaps.id, gap_node(gaps.id), 'Finding', graph_id(gaps.subject), findings.batch
FROM gaps JOIN findings ON findings.id = gaps.subject
WHERE gaps.about = 'finding'
UNION ALL
SELECT gaps.id, gap_node(gaps.id), 'Region', graph_id(gaps.scope), graph_regions.batch
FROM gaps JOIN graph_regions ON graph_regions.code = gaps.scope
WHERE gaps.about = 'delivery'
UNION ALL
SELECT gaps.id, gap_node(gaps.id), 'Case', graph_case_node(), defined.batch
FROM gaps JOIN defined ON defined.kind = 'case'
WHERE gaps.about = 'report' OR (gaps.about = 'delivery' AND gaps.scope IS NULL);

-- A rule of the case's own may be about what no table has.
INSERT INTO graph_gaps
SELECT gaps.id, gap_node(gaps.id), NULL, NULL, defined.batch
FROM gaps ANTI JOIN graph_gaps ON graph_gaps.gap = gaps.id JOIN defined ON defined.kind = 'case';

-- nodes Case
SELECT
  graph_case_node() AS id, graph_case() AS key, coalesce(case_titles.title_zh, case_titles.title_en, graph_case()) AS title, case_titles.*,
  case_currency AS currency, calendar, as_of, has_coverage,
  (
    SELECT list(kind || ':' || period_end ORDER BY kind, period_end) FROM report_periods WHERE period_end < settings.as_of
  ) AS report_cadence,
  defined.source, defined.batch
FROM settings, case_titles, defined
WHERE is_current() AND defined.kind = 'case'

-- nodes Evaluation
SELECT
  graph_id(graph_evaluation()) AS id, graph_evaluation() AS key, graph_evaluation() AS title, as_of, known_by, graph_loaded_at() AS loaded_at,
  graph_projection() AS projection,
  is_current() AS current,
  retention_days, retention_min, coverage_min, unaddressed_days, instruction_days, verify_days, 'graphkit' AS source, graph_batch() AS batch
FROM settings

-- nodes Gap
SELECT
  graph_gaps.id, gaps.id AS key,
  coalesce(regions.name, agencies.name, gaps.scope) AS place,
  coalesce(findings.title, holders_named.name, regions.name, gaps.subject, gaps.scope, gaps.policy) AS thing,
  coalesce(stages.title_zh, stages.title_en, stages.id) || ' · ' || place AS step_zh,
  coalesce(stages.title_en, stages.title_zh, stages.id) || ' · ' || place AS step_en,
  concat_ws('：', coalesce(kind_titles.zh, gaps.kind), coalesce(step_zh, thing)) AS title,
  concat_ws('：', coalesce(kind_titles.zh, gaps.kind), coalesce(step_zh, thing)) AS title_zh,
  concat_ws(': ', coalesce(kind_titles.en, gaps.kind), coalesce(step_en, thing)) AS title_en,
  gaps.kind, gaps.category, gaps.severity, gaps.root, gaps.policy, gaps.measure, gaps.stage, gaps.scope, gaps.subject, gaps.region,
  gaps.since, gaps.days, gaps.blocked_steps, gaps.beneficiaries, gaps.count, coalesce(money.amounts, []) AS amounts,
  money.own AS amount, exact(money.own) AS amount_e4, CASE WHEN money.own IS NOT NULL THEN money.case_currency END AS currency,
  'graphkit' AS source, graph_gaps.batch
FROM gaps
JOIN graph_gaps ON graph_gaps.gap = gaps.id
LEFT JOIN kind_titles ON kind_titles.kind = gaps.kind
LEFT JOIN stages ON stages.policy = gaps.policy AND stages.id = gaps.stage
LEFT JOIN regions ON regions.code = gaps.scope
LEFT JOIN agencies ON agencies.id = gaps.scope
LEFT JOIN findings ON findings.id = gaps.subject AND gaps.about = 'finding'
LEFT JOIN (
  SELECT id, name FROM agencies UNION ALL SELECT id, name FROM beneficiary_groups WHERE id NOT IN (SELECT id FROM agencies)
) AS holders_named ON holders_named.id = gaps.subject AND gaps.about IN ('holder', 'group')
LEFT JOIN (
  SELECT
    gap,
    list(
      currency || ' ' || regexp_replace(CAST(CAST(amount AS DECIMAL(38,6)) AS VARCHAR), '(\.\d\d\d*?)0+$', '\1') ORDER BY currency
    ) AS amounts,
    any_value(amount) FILTER (WHERE currency = case_currency) AS own, any_value(case_currency) AS case_currency
  FROM gap_amounts CROSS JOIN settings
  GROUP BY gap
) AS money ON money.gap = gaps.id

-- relationships OF
SELECT
  'Evaluation' AS start_label, graph_id(graph_evaluation()) AS start_id, 'Case' AS end_label, graph_case_node() AS end_id,
  'graphkit' AS source, graph_batch() AS batch

-- relationships IN
SELECT
  'Gap' AS start_label, id AS start_id, 'Evaluation' AS end_label, graph_id(graph_evaluation()) AS end_id, 'graphkit' AS source, batch
FROM graph_gaps

-- relationships AT
SELECT 'Gap' AS start_label, id AS start_id, end_label, end_id, 'graphkit' AS source, batch
FROM graph_gaps WHERE end_label IS NOT NULL

-- relationships CAUSED_BY
SELECT
  'Gap' AS start_label, own.id AS start_id, 'Gap' AS end_label, gap_node(gap_causes.cause) AS end_id, 'graphkit' AS source, own.batch
FROM gap_causes JOIN graph_gaps AS own ON own.gap = gap_causes.gap

-- relationships RESPONSIBLE_FOR
SELECT
  'Agency' AS start_label, graph_id(gap_agencies.agency) AS start_id, 'Gap' AS end_label, graph_gaps.id AS end_id, gap_agencies.role,
  'graphkit' AS source, graph_gaps.batch
FROM gap_agencies
SEMI JOIN graph_agencies AS agencies ON agencies.id = gap_agencies.agency
JOIN graph_gaps ON graph_gaps.gap = gap_agencies.gap

-- relationships NOTED_IN
SELECT
  'Gap' AS start_label, graph_gaps.id AS start_id, 'Finding' AS end_label, graph_id(finding) AS end_id, 'graphkit' AS source, graph_gaps.batch
FROM gap_findings JOIN graph_gaps ON graph_gaps.gap = gap_findings.gap
