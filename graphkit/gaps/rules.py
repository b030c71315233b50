"""The rules: one SQL file a gap kind, with a header that is checked when it is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

import yaml
from pydantic import ValidationError

from graphkit.model.errors import InputError
from graphkit.model.rule import COMMENTS, Rule, header_and_query


def parse_rule(text: str, name: str) -> Rule:
    """Return the rule in a file's text: a YAML header in `--` lines, then one query. InputError says what is wrong."""
    try:
        header, sql = header_and_query(text, COMMENTS["sql"])
        return Rule.model_validate({**header, "sql": sql})
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise InputError(f"{name}: the rule's header is wrong: {' '.join(str(error).split())[:300]}") from None


@cache
def rules() -> dict[str, Rule]:
    """Return every rule by its kind, in the order of CONTRACT.md section 3."""
    folder = resources.files("graphkit.gaps").joinpath("rules")
    found = {}
    for kind in KINDS:
        rule = parse_rule(folder.joinpath(f"{kind}.sql").read_text(encoding="utf-8"), f"{kind}.sql")
        if rule.id != kind:
            raise InputError(f"{kind}.sql: its header says id: {rule.id}")
        if unknown := sorted(set(rule.caused_by) - set(KINDS)):
            raise InputError(f"{kind}.sql: its header says caused_by: {', '.join(unknown)}")
        found[kind] = rule
    return found


def rules_for(kinds: Iterable[str]) -> dict[str, Rule]:
    """Return the rules that have to run for the gaps of some kinds to be told whole: theirs, and those of their causes.

    A kind that is none of the contract's needs none.
    """
    known, needed, waiting = rules(), set[str](), list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind in known and kind not in needed:
            needed.add(kind)
            waiting += known if known[kind].after == "all" else known[kind].caused_by
    return {kind: rule for kind, rule in known.items() if kind in needed}


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
