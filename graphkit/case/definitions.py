"""Reads what a case folder defines: case.yaml, policies/ and rules/ (CONTRACT.md section 1)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from graphkit.case.folder import named, strange
from graphkit.case.own_rules import RuleCheck, read_own_rules
from graphkit.case.rejects import Reject
from graphkit.case.yaml_file import as_rejects, read_yaml, without, wrong_parts
from graphkit.model.case import CADENCE_KINDS, Case, Policy
from graphkit.model.errors import InputError

_M = TypeVar("_M", bound=BaseModel)


@dataclass(slots=True)
class Definitions:
    """What a case folder defines, with what was wrong with it.

    `policies` are the usable ones by id, each with its file in `files`; `lost` says of the others why they are not.
    `rows` are what the facts keep: kind, key, text, file.
    """

    case: Case
    policies: dict[str, Policy] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def with_known(self, known: dict[str, Policy]) -> list[Policy]:
        """Return the policies together with those that the facts know, in their place where both have one.

        Measure ids are unique within a case (CONTRACT.md section 1): a policy that repeats one is left out. What the
        facts know and this load does not define anew comes first, for it stays.
        """
        policies = known | self.policies
        owner: dict[str, str] = {}
        for policy in sorted(policies, key=lambda one: (one in self.policies, one)):
            taken = [measure.id for measure in policies[policy].measures if measure.id in owner]
            if taken:
                reason = f"is already a measure of policy {owner[taken[0]]}; measure ids are unique within a case"
                file = self.files.get(policy, f"policies/{policy}.yaml")
                self.rejects.append(Reject(file, None, "measures", taken[0], reason))
                self.lost[policy] = f"measure {taken[0]} {reason}"
                self.rows = [one for one in self.rows if one[:2] != ("policy", policy)]
                del policies[policy]
                continue
            owner.update({measure.id: policy for measure in policies[policy].measures})
        return list(policies.values())

    def _add_policies(self, folder: Path) -> None:
        policies = folder / "policies"
        for path in sorted(policies.iterdir()) if policies.is_dir() else []:
            name = f"policies/{named(path.name)}"
            if path.suffix.lower() not in (".yaml", ".yml"):
                if not path.name.startswith("."):
                    self.warnings.append(f"{name}: is not read; a policy is a .yaml file")
                continue
            before = len(self.rejects)
            try:
                data = _read(path, folder, name)
            except InputError as error:
                where, _, why = str(error).partition(": ")
                self.rejects.append(Reject(where, None, None, None, why))
                self.lost[path.stem] = str(error)
                continue
            policy = _validated(Policy, path, data, name, set(Policy.model_fields), self.rejects)
            if policy is None:
                self.lost[str(data.get("id"))] = self.rejects[before].line()
            elif policy.id in self.policies:
                self.rejects.append(Reject(name, None, "id", policy.id, "another file defines this policy already"))
            else:
                self.policies[policy.id] = policy
                self.files[policy.id] = name
                if policy.id != path.stem:
                    self.warnings.append(f"{name}: its id is {policy.id}; the file is called after the id")
                self.warnings += _unnamed(name, policy.unnamed_keys())
                self.warnings += _never_due(name, policy)
                self.warnings += _nowhere(name, policy)
                self.rows.append(("policy", policy.id, _dump(policy), name))

    def _add_rules(self, folder: Path, check_cypher: RuleCheck | None) -> None:
        found = read_own_rules(folder, check_cypher)
        self.rows += [("rule", rule.id, rule.model_dump_json(), rule.file) for rule in found.rules]
        self.rejects += [Reject(name, None, None, None, reason) for name, reason in found.rejected]
        self.warnings += found.warnings


def read_definitions(folder: Path, check_cypher: RuleCheck | None) -> Definitions:
    """Read a case folder's definitions; `check_cypher` is as read_own_rules has it.

    InputError when there is no usable case.yaml.
    """
    path = folder / "case.yaml"
    if not path.is_file():
        raise InputError(f"{path}: is missing; a case folder needs it, with at least: id: NAME")
    rejects: list[Reject] = []
    case = _validated(Case, path, _read(path, folder, str(path)), "case.yaml", {"id"}, rejects)
    if case is None:
        raise InputError(f"{folder}/{rejects[0].line()}")
    rows = [("case", case.id, _dump(case), "case.yaml")]
    warnings = [*_unnamed("case.yaml", case.unnamed_keys()), *_odd_reports(case)]
    found = Definitions(case, rows=rows, rejects=rejects, warnings=warnings)
    found._add_policies(folder)
    found._add_rules(folder, check_cypher)
    return found


def _read(path: Path, folder: Path, name: str) -> dict[str, Any]:
    if (why := strange(path, folder)) is not None:
        raise InputError(f"{name}: {why}")
    return read_yaml(path, name)


def _validated(
    model: type[_M], path: Path, data: dict[str, Any], name: str, keep: set[str], rejects: list[Reject]
) -> _M | None:
    """Validate, leaving out what is wrong, each with a reject; None when the key of it is one of `keep`."""
    while True:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            wrong = wrong_parts(error)
            rejects += as_rejects(path, name, data, wrong)
            if any(not one.loc or one.loc[0] in keep for one in wrong):
                return None
            data = without(data, wrong)


def _unnamed(name: str, keys: list[str]) -> list[str]:
    return [f"{name}: {', '.join(keys)}: not named by the contract; kept as attributes"] if keys else []


def _never_due(name: str, policy: Policy) -> list[str]:
    """Return a line for each first stage whose days count from a day that is not given (CONTRACT.md section 1)."""
    return [
        f"{name}, key stages.{stage.id}.within_days: counts from effective.from, which is not given; nothing is due"
        for stage in policy.stages
        if policy.effective.from_ is None and not stage.after and stage.within_days is not None and stage.due_on is None
    ]


def _nowhere(name: str, policy: Policy) -> list[str]:
    """Return a line for each stage whose list of scopes is empty: it is expected nowhere."""
    return [
        f"{name}, key stages.{stage.id}.scopes: is empty, so the stage is expected nowhere"
        for stage in policy.stages
        if stage.scopes is not None and not stage.scopes
    ]


def _odd_reports(case: Case) -> list[str]:
    """Return a line for each kind of report that is none of the contract's (CONTRACT.md section 1, case.yaml)."""
    return [
        f"case.yaml, key report_cadence.{place}.kind = {one.kind}: is none of {', '.join(CADENCE_KINDS)}"
        for place, one in enumerate(case.report_cadence)
        if one.kind not in CADENCE_KINDS
    ]


def _dump(model: BaseModel) -> str:
    return json.dumps(
        model.model_dump(mode="json", by_alias=True, exclude_unset=True), ensure_ascii=False, sort_keys=True
    )
