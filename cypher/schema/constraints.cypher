// Written by scripts/make_reference.py from graphkit/model/graph.py; one statement a line.
// An id names one node: it opens with the case, so that several cases live in one database.

CREATE CONSTRAINT graphkit_case_id IF NOT EXISTS FOR (n:Case) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_policy_id IF NOT EXISTS FOR (n:Policy) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_measure_id IF NOT EXISTS FOR (n:Measure) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_provision_id IF NOT EXISTS FOR (n:Provision) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_stage_id IF NOT EXISTS FOR (n:Stage) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_step_id IF NOT EXISTS FOR (n:Step) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_region_id IF NOT EXISTS FOR (n:Region) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_agency_id IF NOT EXISTS FOR (n:Agency) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_beneficiarygroup_id IF NOT EXISTS FOR (n:BeneficiaryGroup) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_document_id IF NOT EXISTS FOR (n:Document) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_finding_id IF NOT EXISTS FOR (n:Finding) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_action_id IF NOT EXISTS FOR (n:Action) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_report_id IF NOT EXISTS FOR (n:Report) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_moneysource_id IF NOT EXISTS FOR (n:MoneySource) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_evaluation_id IF NOT EXISTS FOR (n:Evaluation) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT graphkit_gap_id IF NOT EXISTS FOR (n:Gap) REQUIRE n.id IS UNIQUE;
