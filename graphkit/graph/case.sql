-- The nodes and relationships of a case itself, over the tables of its current evaluation (graphkit/graph/projection.py).
-- A section is headed `-- nodes LABEL` or `-- relationships TYPE`, with `, in order` where its rows need not be sorted any
-- more: sorting costs as much as all else. It gives the schema's columns by name, and what it leaves out is null.
-- Relationships name the labels and ids of their two ends. Before the first section: what they share.
-- Given by the projection: graph_case() the case's id, graph_case_node() the id of its node, definition_rows the YAML
-- definitions as they were loaded, sourced_events all events (where `events` are but a part), graph_provisions and
-- graph_conflicts what `graphkit provisions` shows (lists as JSON).
-- A node or relationship has the batch of what it rests on, so that a later load leaves alone what it does not touch.

CREATE OR REPLACE TEMP MACRO graph_part(part) AS replace(replace(part, '%', '%25'), '/', '%2F');
CREATE OR REPLACE TEMP MACRO graph_id(a) AS graph_case_node() || '/' || a;
CREATE OR REPLACE TEMP MACRO graph_id2(a, b) AS graph_case_node() || '/' || graph_part(a) || '/' || b;
CREATE OR REPLACE TEMP MACRO graph_id3(a, b, c) AS graph_case_node() || '/' || graph_part(a) || '/' || graph_part(b) || '/' || c;
CREATE OR REPLACE TEMP MACRO exact(amount) AS TRY_CAST(round(amount * 10000) AS BIGINT);
CREATE OR REPLACE TEMP MACRO batch_number(batch) AS CAST(substr(batch, 2) AS BIGINT);

-- The newest definition of each policy, and of the case: where it stands and which load brought it.
CREATE OR REPLACE TEMP TABLE defined AS
SELECT kind, id, arg_max(source_file, batch_number(batch)) AS source, max(batch_number(batch)) AS number, 'b' || max(batch_number(batch)) AS batch
FROM definition_rows
GROUP BY kind, id;

-- The steps in the order of their nodes' ids, which is that of the rowid; made once, for many read it. `step` is numbered as in
-- graphkit/gaps/views/steps.sql.
CREATE OR REPLACE TEMP TABLE graph_steps AS
SELECT
  steps.step, graph_id3(steps.policy, steps.stage, steps.scope) AS id,
  graph_part(steps.policy) || '/' || graph_part(steps.stage) || '/' || steps.scope AS key,
  coalesce(regions.name, agencies.name, steps.scope) AS place,
  coalesce(stages.title_zh, stages.title_en, stages.id) || ' · ' || place AS title,
  stages.title_zh || ' · ' || place AS title_zh, stages.title_en || ' · ' || place AS title_en,
  steps.policy, steps.stage, steps.scope, steps.region, steps.level, steps.measure, steps.required, steps.state, steps.done_on,
  steps.due_on, steps.ready, steps.ready_on, steps.event_count,
  regions.code IS NULL AND agencies.id IS NOT NULL AS is_agency, defined.source, defined.batch AS defined_in,
  'b' || greatest(defined.number, coalesce(latest.number, 0)) AS batch
FROM steps
JOIN stages ON stages.policy = steps.policy AND stages.id = steps.stage
JOIN defined ON defined.kind = 'policy' AND defined.id = steps.policy
LEFT JOIN regions ON regions.code = steps.scope
LEFT JOIN agencies ON agencies.id = steps.scope
LEFT JOIN (
  SELECT stages.number * 4294967296 + places.number AS step, max(batch_number(batch)) AS number
  FROM events
  JOIN stages ON stages.policy = events.policy AND stages.id = events.stage
  JOIN places ON places.scope = events.scope
  GROUP BY ALL
) AS latest ON latest.step = steps.step
ORDER BY id;

-- Which document a row means by its `source`, which may be a file that no document row describes; and the load that first did.
CREATE OR REPLACE TEMP TABLE graph_sources AS
SELECT named.source, coalesce(names.document, named.source) AS document, named.number
FROM (
  SELECT source, min(batch_number(batch)) AS number
  FROM (
    SELECT source, batch FROM sourced_events
    UNION ALL
    SELECT source, batch FROM findings
    UNION ALL
    SELECT source, batch FROM actions
    UNION ALL
    SELECT source, batch FROM reports
  )
  WHERE source IS NOT NULL
  GROUP BY source
) AS named
LEFT JOIN document_names AS names ON names.name = named.source;

-- What deliveries name; they may be many, and are read for it once.
CREATE OR REPLACE TEMP TABLE graph_delivered AS
SELECT
  deliveries.agency, deliveries."group", coalesce(deliveries.region, beneficiaries.region) AS region,
  'b' || min(batch_number(deliveries.batch)) AS batch
FROM deliveries LEFT JOIN beneficiaries ON beneficiaries.id = deliveries.beneficiary
GROUP BY ALL;

-- Every table is optional (CONTRACT.md section 1): what other rows name and no row describes has a node, too, with the batch
-- of the load that first named it.
CREATE OR REPLACE TEMP TABLE graph_groups AS
SELECT id, name, measure, region, eligible_count, eligible_amount, currency, affected_by, source_file, source_row, batch
FROM beneficiary_groups
UNION ALL BY NAME
SELECT id, id AS name, 'b' || min(batch_number(batch)) AS batch
FROM (SELECT "group" AS id, batch FROM graph_delivered)
WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM beneficiary_groups)
GROUP BY id;

CREATE OR REPLACE TEMP TABLE graph_agencies AS
SELECT id, name, kind, region, parent, aliases, attributes, source_file, source_row, batch
FROM agencies
UNION ALL BY NAME
SELECT id, id AS name, 'b' || min(batch_number(batch)) AS batch
FROM (
  SELECT agency AS id, batch FROM assignments
  UNION ALL
  SELECT agency, batch FROM findings
  UNION ALL
  SELECT agency, batch FROM graph_delivered
  UNION ALL
  SELECT place, batch
  FROM (
    SELECT unnest(["from", "to"]) AS place, batch FROM transfers
    UNION ALL
    SELECT unnest(["from", "to"]), batch FROM supplies
  )
  WHERE NOT starts_with(place, 'source:') AND place NOT IN (SELECT id FROM graph_groups)
)
WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM agencies)
GROUP BY id;

CREATE OR REPLACE TEMP TABLE graph_regions AS
SELECT code, name, level, parent, source_file, source_row, batch
FROM regions
UNION ALL BY NAME
SELECT code, code AS name, 'b' || min(batch_number(batch)) AS batch
FROM (
  SELECT region AS code, batch FROM graph_agencies
  UNION ALL
  SELECT region, batch FROM graph_groups
  UNION ALL
  SELECT region, batch FROM graph_delivered
  UNION ALL
  SELECT finding_states.region, findings.batch FROM findings JOIN finding_states ON finding_states.id = findings.id
)
WHERE code IS NOT NULL AND code NOT IN (SELECT code FROM regions)
GROUP BY code;

-- What money and supplies may start or end at; a source of money has the batch of the load that first named it.
CREATE OR REPLACE TEMP TABLE graph_holders AS
SELECT id AS place, 'Agency' AS label, batch AS named_in FROM graph_agencies
UNION ALL
SELECT id, 'BeneficiaryGroup', batch FROM graph_groups WHERE id NOT IN (SELECT id FROM graph_agencies)
UNION ALL
SELECT place, 'MoneySource', 'b' || min(batch_number(batch))
FROM (SELECT "from" AS place, batch FROM transfers UNION ALL SELECT "to", batch FROM transfers)
WHERE starts_with(place, 'source:')
GROUP BY place;

-- Deliveries with what they are added up by.
CREATE OR REPLACE TEMP VIEW graph_deliveries AS
SELECT
  deliveries.policy, deliveries.measure, coalesce(deliveries.currency, settings.case_currency) AS currency, deliveries."on",
  deliveries.amount, coalesce(deliveries."on", settings.as_of) > deliveries.due_on AS late,
  CASE WHEN agency IS NULL THEN 'Measure' ELSE 'Agency' END AS start_label,
  graph_id(coalesce(agency, deliveries.measure)) AS start_id,
  CASE WHEN deliveries."group" IS NOT NULL THEN 'BeneficiaryGroup' WHEN place IS NOT NULL THEN 'Region' ELSE 'Case' END AS end_label,
  coalesce(graph_id(coalesce(deliveries."group", place)), graph_case_node()) AS end_id,
  coalesce(deliveries.source, deliveries.source_file) AS source, batch_number(deliveries.batch) AS number
FROM (
  SELECT deliveries.*, coalesce(deliveries.region, beneficiaries.region) AS place
  FROM deliveries LEFT JOIN beneficiaries ON beneficiaries.id = deliveries.beneficiary
) AS deliveries
CROSS JOIN settings;

-- nodes Policy
SELECT
  graph_id(policies.id) AS id, policies.id AS key, coalesce(title_zh, title_en, policies.id) AS title,
  policies.* EXCLUDE (id), defined.source, defined.batch
FROM policies JOIN defined ON defined.kind = 'policy' AND defined.id = policies.id

-- nodes Measure
SELECT
  graph_id(measures.id) AS id, measures.id AS key, coalesce(title_zh, title_en, measures.id) AS title,
  measures.* EXCLUDE (id), defined.source, defined.batch
FROM measures JOIN defined ON defined.kind = 'policy' AND defined.id = measures.policy

-- nodes Provision
SELECT
  graph_id2(policy, provisions.id) AS id, graph_part(policy) || '/' || provisions.id AS key,
  coalesce(title_zh, title_en, provisions.id) AS title,
  provisions.* EXCLUDE (id, groups), from_json(groups, '["VARCHAR"]') AS groups,
  defined.source, 'provision ' || provisions.id AS locator, defined.batch
FROM graph_provisions AS provisions JOIN defined ON defined.kind = 'policy' AND defined.id = policy

-- nodes Stage
SELECT
  graph_id2(stages.policy, stages.id) AS id, graph_part(stages.policy) || '/' || stages.id AS key,
  coalesce(title_zh, title_en, stages.id) AS title, stages.* EXCLUDE (id), stages.id AS stage, defined.source, defined.batch
FROM stages JOIN defined ON defined.kind = 'policy' AND defined.id = stages.policy

-- nodes Step, in order
SELECT * FROM graph_steps

-- nodes Region
SELECT
  graph_id(code) AS id, code AS key, name AS title, level, coalesce(source_file, 'graphkit') AS source, 'row ' || source_row AS locator, batch
FROM graph_regions

-- nodes Agency
SELECT
  graph_id(id) AS id, id AS key, name AS title, kind, region, aliases,
  json_extract_string(attributes, '$.goal') AS goal, json_extract_string(attributes, '$.task') AS task,
  json_extract_string(attributes, '$.schedule') AS schedule, json_extract_string(attributes, '$.mode') AS mode,
  coalesce(json_extract_string(attributes, '$.source'), source_file, 'graphkit') AS source,
  CASE WHEN json_extract_string(attributes, '$.source') IS NULL THEN 'row ' || source_row
    ELSE json_extract_string(attributes, '$.locator') END AS locator, batch
FROM graph_agencies

-- nodes BeneficiaryGroup
SELECT
  graph_id(id) AS id, id AS key, name AS title, measure, region, eligible_count, eligible_amount,
  exact(eligible_amount) AS eligible_amount_e4, CASE WHEN eligible_amount IS NOT NULL THEN coalesce(currency, case_currency) END AS currency,
  coalesce(group_reached.beneficiaries, 0) AS reached_count, affected_by,
  coalesce(source_file, 'graphkit') AS source, 'row ' || source_row AS locator, batch
FROM graph_groups
CROSS JOIN settings
LEFT JOIN group_reached ON group_reached."group" = graph_groups.id

-- nodes Document
SELECT
  graph_id(id) AS id, id AS key, coalesce(title, id) AS title, number, issuer, issued_on, file, url,
  source_file AS source, 'row ' || source_row AS locator, batch
FROM documents
UNION ALL BY NAME
SELECT
  graph_id(document) AS id, document AS key, document AS title, document AS file, document AS source, 'b' || min(number) AS batch
FROM graph_sources
WHERE document NOT IN (SELECT id FROM documents)
GROUP BY document

-- nodes Finding
SELECT
  graph_id(id) AS id, id AS key, title, category, kind, policy, stage, scope, agency, found_on, amount, exact(amount) AS amount_e4,
  CASE WHEN amount IS NOT NULL THEN coalesce(currency, case_currency) END AS currency, count, severity,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row ELSE locator END AS locator, batch
FROM findings CROSS JOIN settings

-- nodes Action
SELECT
  graph_id(actions.id) AS id, actions.id AS key, actions.kind || ' · ' || coalesce(findings.title, actions.finding) AS title,
  actions.kind, actions."on", actions.due_on, actions."by", actions."to", actions.note,
  actions.amount, exact(actions.amount) AS amount_e4,
  CASE WHEN actions.amount IS NOT NULL THEN coalesce(actions.currency, case_currency) END AS currency,
  row_number() OVER (PARTITION BY actions.finding ORDER BY actions."on", actions.recorded_at, actions.id) AS sequence,
  coalesce(actions.source, actions.source_file) AS source,
  CASE WHEN actions.source IS NULL THEN 'row ' || actions.source_row ELSE actions.locator END AS locator, actions.batch
FROM actions
CROSS JOIN settings
LEFT JOIN findings ON findings.id = actions.finding

-- nodes Report
SELECT
  graph_id(id) AS id, id AS key, kind || ' ' || period_end AS title, kind, period_end, issued_on,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row END AS locator, batch
FROM reports

-- nodes MoneySource
SELECT
  graph_id(place) AS id, substr(place, 8) AS key, substr(place, 8) AS title, 'graphkit' AS source, named_in AS batch
FROM graph_holders WHERE label = 'MoneySource'

-- relationships OF
SELECT
  'Policy' AS start_label, graph_id(policies.id) AS start_id, 'Case' AS end_label, graph_case_node() AS end_id, defined.source, defined.batch
FROM policies JOIN defined ON defined.kind = 'policy' AND defined.id = policies.id
UNION ALL BY NAME
SELECT
  'Measure' AS start_label, graph_id(measures.id) AS start_id, 'Policy' AS end_label, graph_id(measures.policy) AS end_id,
  defined.source, defined.batch
FROM measures JOIN defined ON defined.kind = 'policy' AND defined.id = measures.policy
UNION ALL BY NAME
SELECT
  'Provision' AS start_label, graph_id2(policy, provisions.id) AS start_id, 'Policy' AS end_label, graph_id(policy) AS end_id,
  defined.source, 'provision ' || provisions.id AS locator, defined.batch
FROM graph_provisions AS provisions JOIN defined ON defined.kind = 'policy' AND defined.id = policy
UNION ALL BY NAME
SELECT
  'Stage' AS start_label, graph_id2(stages.policy, stages.id) AS start_id, 'Policy' AS end_label, graph_id(stages.policy) AS end_id,
  defined.source, defined.batch
FROM stages JOIN defined ON defined.kind = 'policy' AND defined.id = stages.policy
UNION ALL BY NAME
SELECT
  'Report' AS start_label, graph_id(id) AS start_id, 'Case' AS end_label, graph_case_node() AS end_id,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row END AS locator, batch
FROM reports

-- relationships OF, in order
SELECT 'Step' AS start_label, id AS start_id, 'Stage' AS end_label, graph_id2(policy, stage) AS end_id, source, defined_in AS batch
FROM graph_steps

-- relationships AFTER
SELECT
  'Stage' AS start_label, graph_id2(stage_after.policy, stage) AS start_id, 'Stage' AS end_label, graph_id2(stage_after.policy, "after") AS end_id,
  may_precede, defined.source, defined.batch
FROM stage_after JOIN defined ON defined.kind = 'policy' AND defined.id = stage_after.policy

-- relationships AFTER, in order
SELECT
  'Step' AS start_label, own.id AS start_id, 'Step' AS end_label, before.id AS end_id, step_after.may_precede, own.source, own.defined_in AS batch
FROM step_after
JOIN graph_steps AS own ON own.step = step_after.step
JOIN graph_steps AS before ON before.step = step_after.predecessor
ORDER BY own.rowid, before.rowid

-- relationships GIVES
SELECT
  'Stage' AS start_label, graph_id2(stages.policy, stages.id) AS start_id, 'Measure' AS end_label, graph_id(measure) AS end_id,
  defined.source, defined.batch
FROM stages JOIN defined ON defined.kind = 'policy' AND defined.id = stages.policy
WHERE measure IS NOT NULL
UNION ALL BY NAME
SELECT
  'BeneficiaryGroup' AS start_label, graph_id(id) AS start_id, 'Measure' AS end_label, graph_id(measure) AS end_id,
  source_file AS source, 'row ' || source_row AS locator, batch
FROM beneficiary_groups WHERE measure IS NOT NULL

-- relationships IN_REGION, in order
SELECT 'Step' AS start_label, id AS start_id, 'Region' AS end_label, graph_id(region) AS end_id, source, defined_in AS batch
FROM graph_steps
WHERE region IS NOT NULL

-- relationships IN_REGION
SELECT
  'Agency' AS start_label, graph_id(id) AS start_id, 'Region' AS end_label, graph_id(region) AS end_id,
  source_file AS source, 'row ' || source_row AS locator, batch
FROM agencies WHERE region IS NOT NULL
UNION ALL BY NAME
SELECT
  'BeneficiaryGroup' AS start_label, graph_id(id) AS start_id, 'Region' AS end_label, graph_id(region) AS end_id,
  source_file AS source, 'row ' || source_row AS locator, batch
FROM beneficiary_groups WHERE region IS NOT NULL
UNION ALL BY NAME
SELECT
  'Finding' AS start_label, graph_id(findings.id) AS start_id, 'Region' AS end_label, graph_id(finding_states.region) AS end_id,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row ELSE locator END AS locator, batch
FROM findings JOIN finding_states ON finding_states.id = findings.id
WHERE finding_states.region IS NOT NULL
UNION ALL BY NAME
SELECT
  'Provision' AS start_label, graph_id2(policy, provisions.id) AS start_id, 'Region' AS end_label, graph_id(regions.code) AS end_id,
  defined.source, 'provision ' || provisions.id AS locator, defined.batch
FROM graph_provisions AS provisions
JOIN defined ON defined.kind = 'policy' AND defined.id = policy
JOIN regions ON regions.code = territory

-- relationships PART_OF
SELECT
  'Region' AS start_label, graph_id(code) AS start_id, 'Region' AS end_label, graph_id(parent) AS end_id,
  source_file AS source, 'row ' || source_row AS locator, batch
FROM regions WHERE parent IS NOT NULL
UNION ALL BY NAME
SELECT
  'Agency' AS start_label, graph_id(id) AS start_id, 'Agency' AS end_label, graph_id(parent) AS end_id,
  source_file AS source, 'row ' || source_row AS locator, batch
FROM agencies WHERE parent IS NOT NULL

-- relationships WITHIN, in order
SELECT 'Step' AS start_label, id AS start_id, 'Agency' AS end_label, graph_id(scope) AS end_id, source, defined_in AS batch
FROM graph_steps
WHERE is_agency

-- relationships ASSIGNED
SELECT
  'Agency' AS start_label, graph_id(agency) AS start_id, 'Step' AS end_label, graph_id3(policy, stage, scope) AS end_id,
  coalesce(role, 'lead') AS role, assigned_on,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row ELSE locator END AS locator, batch
FROM assignments
SEMI JOIN graph_steps AS steps ON steps.policy = assignments.policy AND steps.stage = assignments.stage AND steps.scope = assignments.scope

-- relationships EVIDENCED_BY, in order
SELECT
  'Step' AS start_label, graph_steps.id AS start_id, 'Document' AS end_label, graph_id(graph_sources.document) AS end_id,
  events.id AS event, events.kind, events."on", events.amount, exact(events.amount) AS amount_e4,
  CASE WHEN events.amount IS NOT NULL THEN coalesce(events.currency, case_currency) END AS currency,
  events.kind = 'completed' AND (reopened.moment IS NULL OR ROW(events."on", events.recorded_at, events.id) > reopened.moment) AS valid,
  events.source, events.locator, events.batch
FROM events
CROSS JOIN settings
JOIN graph_sources ON graph_sources.source = events.source
JOIN graph_steps ON graph_steps.policy = events.policy AND graph_steps.stage = events.stage AND graph_steps.scope = events.scope
LEFT JOIN (
  SELECT policy, stage, scope, max(ROW("on", recorded_at, id)) AS moment FROM events WHERE kind = 'reopened' GROUP BY ALL
) AS reopened ON reopened.policy = events.policy AND reopened.stage = events.stage AND reopened.scope = events.scope
ORDER BY graph_steps.rowid, end_id, events.id

-- relationships LOOKED_AT
SELECT
  CASE WHEN coverage.stage IS NULL THEN 'Policy' ELSE 'Stage' END AS start_label,
  CASE WHEN coverage.stage IS NULL THEN graph_id(coverage.policy) ELSE graph_id2(coverage.policy, coverage.stage) END AS start_id,
  CASE WHEN regions.code IS NOT NULL THEN 'Region' ELSE 'Agency' END AS end_label, graph_id(coverage.scope) AS end_id,
  coalesce(coverage.until, settings.as_of) AS until,
  coalesce(coverage.source, coverage.source_file) AS source, CASE WHEN coverage.source IS NULL THEN 'row ' || coverage.source_row END AS locator,
  coverage.batch
FROM coverage
CROSS JOIN settings
LEFT JOIN regions ON regions.code = coverage.scope
LEFT JOIN agencies ON agencies.id = coverage.scope
WHERE regions.code IS NOT NULL OR agencies.id IS NOT NULL

-- relationships TRANSFERRED
SELECT
  payer.label AS start_label, graph_id(payer.place) AS start_id,
  payee.label AS end_label, graph_id(payee.place) AS end_id,
  transfers.id AS key, policy, measure, amount, exact(amount) AS amount_e4, coalesce(currency, case_currency) AS currency, "on",
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row ELSE locator END AS locator, batch
FROM transfers
CROSS JOIN settings
JOIN graph_holders AS payer ON payer.place = transfers."from"
JOIN graph_holders AS payee ON payee.place = transfers."to"

-- relationships DELIVERED
SELECT
  start_label, start_id, end_label, end_id, policy, measure, currency, "on", sum(amount) AS amount, exact(sum(amount)) AS amount_e4,
  count(*) AS count, count(*) FILTER (WHERE late) AS late_count,
  CASE WHEN count(DISTINCT source) = 1 THEN min(source) END AS source, 'b' || max(number) AS batch
FROM graph_deliveries WHERE "on" IS NOT NULL
GROUP BY start_label, start_id, end_label, end_id, policy, measure, currency, "on"

-- relationships OWED
SELECT
  start_label, start_id, end_label, end_id, policy, measure, currency, sum(amount) AS amount, exact(sum(amount)) AS amount_e4,
  count(*) AS count, count(*) FILTER (WHERE late) AS late_count,
  CASE WHEN count(DISTINCT source) = 1 THEN min(source) END AS source, 'b' || max(number) AS batch
FROM graph_deliveries WHERE "on" IS NULL
GROUP BY start_label, start_id, end_label, end_id, policy, measure, currency

-- relationships SUPPLIES
SELECT
  supplier.label AS start_label, graph_id(supplies."from") AS start_id, supplied.label AS end_label, graph_id(supplies."to") AS end_id, weight,
  source_file AS source, 'row ' || source_row AS locator, batch
FROM supplies
JOIN graph_holders AS supplier ON supplier.place = supplies."from"
JOIN graph_holders AS supplied ON supplied.place = supplies."to"

-- relationships ABOUT
SELECT
  'Finding' AS start_label, graph_id(findings.id) AS start_id,
  CASE WHEN steps.step IS NOT NULL THEN 'Step' WHEN findings.stage IS NOT NULL THEN 'Stage' ELSE 'Policy' END AS end_label,
  CASE
    WHEN steps.step IS NOT NULL THEN graph_id3(findings.policy, findings.stage, findings.scope)
    WHEN findings.stage IS NOT NULL THEN graph_id2(findings.policy, findings.stage)
    ELSE graph_id(findings.policy)
  END AS end_id,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row ELSE locator END AS locator, batch
FROM findings
LEFT JOIN steps ON steps.policy = findings.policy AND steps.stage = findings.stage AND steps.scope = findings.scope
WHERE findings.policy IS NOT NULL

-- relationships FOUND_AT
SELECT
  'Finding' AS start_label, graph_id(id) AS start_id, 'Agency' AS end_label, graph_id(agency) AS end_id,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row ELSE locator END AS locator, batch
FROM findings WHERE agency IS NOT NULL

-- relationships MADE_BY
SELECT
  'Finding' AS start_label, graph_id(findings.id) AS start_id, 'Agency' AS end_label, graph_id(agencies.id) AS end_id,
  coalesce(findings.source, findings.source_file) AS source,
  CASE WHEN findings.source IS NULL THEN 'row ' || findings.source_row ELSE findings.locator END AS locator, findings.batch
FROM findings JOIN agencies ON agencies.id = json_extract_string(findings.attributes, '$.team')
UNION ALL BY NAME
SELECT
  'Report' AS start_label, graph_id(reports.id) AS start_id, 'Agency' AS end_label, graph_id(agencies.id) AS end_id,
  coalesce(reports.source, reports.source_file) AS source,
  CASE WHEN reports.source IS NULL THEN 'row ' || reports.source_row END AS locator, reports.batch
FROM reports JOIN agencies ON agencies.id = json_extract_string(reports.attributes, '$.team')

-- relationships FOLLOWS
SELECT
  'Action' AS start_label, graph_id(id) AS start_id, 'Finding' AS end_label, graph_id(finding) AS end_id,
  coalesce(source, source_file) AS source, CASE WHEN source IS NULL THEN 'row ' || source_row ELSE locator END AS locator, batch
FROM actions SEMI JOIN findings ON findings.id = actions.finding

-- relationships TAKEN_BY
SELECT
  'Action' AS start_label, graph_id(actions.id) AS start_id, 'Agency' AS end_label, graph_id(agencies.id) AS end_id,
  coalesce(actions.source, actions.source_file) AS source,
  CASE WHEN actions.source IS NULL THEN 'row ' || actions.source_row ELSE actions.locator END AS locator, actions.batch
FROM actions JOIN agencies ON agencies.id = actions."by"

-- relationships DIRECTED_TO
SELECT
  'Action' AS start_label, graph_id(actions.id) AS start_id, 'Agency' AS end_label, graph_id(agencies.id) AS end_id,
  coalesce(actions.source, actions.source_file) AS source,
  CASE WHEN actions.source IS NULL THEN 'row ' || actions.source_row ELSE actions.locator END AS locator, actions.batch
FROM actions JOIN agencies ON agencies.id = actions."to"

-- relationships STATED_IN
SELECT
  'Provision' AS start_label, graph_id2(policy, provisions.id) AS start_id, 'Document' AS end_label, graph_id(documents.id) AS end_id,
  defined.source, 'provision ' || provisions.id AS locator, defined.batch
FROM graph_provisions AS provisions
JOIN defined ON defined.kind = 'policy' AND defined.id = policy
JOIN documents ON documents.id = provisions.document
UNION ALL BY NAME
SELECT
  'Finding' AS start_label, graph_id(id) AS start_id, 'Document' AS end_label, graph_id(document) AS end_id, findings.source, locator, batch
FROM findings JOIN graph_sources ON graph_sources.source = findings.source
UNION ALL BY NAME
SELECT
  'Action' AS start_label, graph_id(id) AS start_id, 'Document' AS end_label, graph_id(document) AS end_id, actions.source, locator, batch
FROM actions JOIN graph_sources ON graph_sources.source = actions.source
UNION ALL BY NAME
SELECT
  'Report' AS start_label, graph_id(id) AS start_id, 'Document' AS end_label, graph_id(document) AS end_id, reports.source, batch
FROM reports JOIN graph_sources ON graph_sources.source = reports.source
UNION ALL BY NAME
SELECT DISTINCT
  'Policy' AS start_label, graph_id(policies.id) AS start_id, 'Document' AS end_label, graph_id(documents.id) AS end_id, defined.source, defined.batch
FROM policies
JOIN defined ON defined.kind = 'policy' AND defined.id = policies.id
LEFT JOIN policy_documents ON policy_documents.policy = policies.id
JOIN documents
  ON documents.id = policy_documents.document OR (policy_documents.document IS NULL AND documents.number = policies.document_number)

-- relationships REPLACES
SELECT
  'Provision' AS start_label, graph_id2(policy, "other") AS start_id, 'Provision' AS end_label, graph_id2(policy, "one") AS end_id,
  from_json(groups, '["VARCHAR"]') AS groups, since, until,
  'graphkit' AS source, defined.batch
FROM graph_conflicts JOIN defined ON defined.kind = 'policy' AND defined.id = policy
WHERE relation = 'replaced'

-- relationships NARROWER_THAN
SELECT
  'Provision' AS start_label, graph_id2(policy, "one") AS start_id, 'Provision' AS end_label, graph_id2(policy, "other") AS end_id,
  from_json(groups, '["VARCHAR"]') AS groups, since, until, from_json(falls_short, '["VARCHAR"]') AS falls_short,
  from_json(left_out, '["VARCHAR"]') AS left_out,
  'graphkit' AS source, defined.batch
FROM graph_conflicts JOIN defined ON defined.kind = 'policy' AND defined.id = policy
WHERE relation = 'narrower'

-- relationships CONTRADICTS
SELECT
  'Provision' AS start_label, graph_id2(policy, "one") AS start_id, 'Provision' AS end_label, graph_id2(policy, "other") AS end_id,
  from_json(groups, '["VARCHAR"]') AS groups, since, until,
  'graphkit' AS source, defined.batch
FROM graph_conflicts JOIN defined ON defined.kind = 'policy' AND defined.id = policy
WHERE relation = 'contradicting'
