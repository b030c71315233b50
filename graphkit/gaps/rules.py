"""The rules: one SQL file a gap kind, with a header that is checked when it is loaded."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphkit.model.case import THRESHOLDS
from graphkit.model.errors import InputError
from graphkit.model.gap import Category, Severity

About = Literal["step", "holder", "group", "delivery", "finding", "report"]


class Words(BaseModel):
    """A text in both languages; neither may be empty."""

    model_config = ConfigDict(extra="forbid")

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, lang: str) -> str:
        """Return the text in `lang` (zh or en)."""
        return self.zh if lang == "zh" else self.en


class Rule(BaseModel):
    """One gap kind: what it finds, how grave it is, and the query that finds it.

    `about` says what a row of the query identifies: a step (column step), a holder or a group (policy, measure,
    subject), deliveries (one row each, aggregated by policy, measure and region), a finding or a report (subject).
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z_]+$")
    revision: int = Field(ge=1)
    about: About
    category: Category
    severity: Severity
    title: Words
    finds: Words
    explanation: Words
    thresholds: list[str] = Field(default_factory=list)
    rows: bool = False
    counts: Literal["deliveries", "beneficiaries"] = "deliveries"
    after: Literal["all"] | None = None
    sql: str


def parse_rule(text: str, name: str) -> Rule:
    """Return the rule in a file's text: a YAML header in `--` lines, then one query. InputError says what is wrong."""
    lines = text.splitlines()
    length = next((index for index, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header = "\n".join(line.removeprefix("-- ").removeprefix("--") for line in lines[:length])
    try:
        rule = Rule.model_validate({**(yaml.safe_load(header) or {}), "sql": "\n".join(lines[length:]).strip()})
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise InputError(f"{name}: the rule's header is wrong: {' '.join(str(error).split())[:300]}") from None
    unknown = sorted(set(rule.thresholds) - set(THRESHOLDS))
    if unknown:
        raise InputError(f"{name}: unknown threshold {', '.join(unknown)}")
    return rule


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its kind, in the order of CONTRACT.md section 3."""
    folder = resources.files("graphkit.gaps").joinpath("rules")
    found = {}
    for kind in KINDS:
        rule = parse_rule(folder.joinpath(f"{kind}.sql").read_text(encoding="utf-8"), f"{kind}.sql")
        if rule.id != kind:
            raise InputError(f"{kind}.sql: its header says id: {rule.id}")
        found[kind] = rule
    return found


KINDS = (
    "missing_step",
    "unobserved_step",
    "overdue_step",
    "blocked_step",
    "late_step",
    "out_of_order",
    "unassigned_step",
    "unsupported_step",
    "conflicting_evidence",
    "funds_retained",
    "funds_untraced",
    "coverage_shortfall",
    "ineligible_delivery",
    "duplicate_delivery",
    "over_cap_delivery",
    "late_delivery",
    "unaddressed_finding",
    "instruction_not_followed",
    "overdue_rectification",
    "unverified_rectification",
    "recurring_finding",
    "missed_report",
    "reported_pain",
)
"""Every gap kind in the order of CONTRACT.md section 3."""
