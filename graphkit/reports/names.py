"""What the ids of a case are called: regions, agencies, groups, policies, stages."""

from __future__ import annotations

from graphkit.gaps import Evaluation
from graphkit.reports.model import Ref, Text
from graphkit.reports.queries import rows


class Names:
    """The names of one evaluation's case, read once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        regions = rows(evaluation, "SELECT code, name, level, parent FROM regions ORDER BY code")
        self.region_names: dict[str, str] = {row["code"]: row["name"] for row in regions}
        self.levels: dict[str, str] = {row["code"]: row["level"] for row in regions}
        self.parents: dict[str, str | None] = {row["code"]: row["parent"] for row in regions}
        agencies = rows(evaluation, "SELECT id, name, region FROM agencies ORDER BY id")
        self.agency_names: dict[str, str] = {row["id"]: row["name"] for row in agencies}
        self.agency_regions: dict[str, str | None] = {row["id"]: row["region"] for row in agencies}
        groups = rows(evaluation, "SELECT id, name, region FROM beneficiary_groups ORDER BY id")
        self.group_names: dict[str, str] = {row["id"]: row["name"] for row in groups}
        self.group_regions: dict[str, str | None] = {row["id"]: row["region"] for row in groups}
        self.findings: dict[str, str] = {
            row["id"]: row["title"] for row in rows(evaluation, "SELECT id, title FROM findings ORDER BY id")
        }
        self.policies = {policy.id: policy for policy in evaluation.policies}
        self.stages = {(policy.id, stage.id): stage for policy in evaluation.policies for stage in policy.stages}

    def policy(self, policy: str | None) -> Text | None:
        """Return a policy's title; its id where it has none, null for no policy."""
        if policy is None:
            return None
        known = self.policies.get(policy)
        return _both(known.title.zh, known.title.en, policy) if known else Text(zh=policy, en=policy)

    def stage(self, policy: str | None, stage: str | None) -> Text | None:
        """Return a stage's title; its id where it has none, null for no stage."""
        if stage is None:
            return None
        known = self.stages.get((policy or "", stage))
        return _both(known.title.zh, known.title.en, stage) if known else Text(zh=stage, en=stage)

    def measure(self, policy: str, measure: str) -> Text:
        """Return a measure's title; its id where it has none."""
        plan = self.policies.get(policy)
        known = next((one for one in plan.measures if one.id == measure), None) if plan else None
        return _both(known.title.zh, known.title.en, measure) if known else Text(zh=measure, en=measure)

    def region(self, code: str) -> Ref:
        """Return a region with its name."""
        return Ref(id=code, name=self.region_names.get(code) or code)

    def agency(self, agency: str) -> Ref:
        """Return an agency, group or finding with its name: what a gap's subject or responsible can be."""
        name = self.agency_names.get(agency) or self.group_names.get(agency) or self.findings.get(agency)
        return Ref(id=agency, name=name or self.region_names.get(agency) or agency)

    def looked_at(self, region: str | None) -> str | None:
        """Return the region asked for; for none, the one that the evaluation is cut down to (None: the whole case)."""
        own = self.evaluation.region
        return region if region is not None or own not in self.region_names else own

    def region_of(self, place: str | None) -> str | None:
        """Return the region that a scope or holder stands in: itself, or that of the agency or group."""
        if place is None or place in self.region_names:
            return place
        return self.agency_regions.get(place) or self.group_regions.get(place)

    def path(self, place: str | None) -> list[Ref]:
        """Return the regions that a place lies in, widest first, itself last; an agency's own region is last."""
        found: list[Ref] = []
        code = self.region_of(place)
        while code is not None and code in self.region_names:
            found.append(self.region(code))
            code = self.parents.get(code)
        return found[::-1]


def _both(zh: str | None, en: str | None, default: str) -> Text:
    return Text(zh=zh or en or default, en=en or zh or default)
