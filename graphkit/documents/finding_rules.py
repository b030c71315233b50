"""What findings sound like: rules/findings.yaml, read and compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from graphkit.documents.lexicon import rule_file
from graphkit.documents.signs import compile_rule

Category = Literal["blockage", "pain", "difficulty", "break"]


@dataclass(frozen=True, slots=True)
class FindingType:
    """A type of finding and its signs; `only_listed`: they say something only where findings are listed."""

    name: str
    category: Category | None
    signs: re.Pattern[str]
    only_listed: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of findings, by the names that they have in the file."""

    types: list[FindingType]
    openers: re.Pattern[str]
    denied: re.Pattern[str]
    undone: re.Pattern[str]
    groups: re.Pattern[str]
    closers: re.Pattern[str]
    supplements: re.Pattern[str]
    audit_work: re.Pattern[str]
    some: re.Pattern[str]
    titles: re.Pattern[str]
    orders: re.Pattern[str]
    cause: re.Pattern[str]
    pretext: re.Pattern[str]
    names_points: re.Pattern[str]
    field: re.Pattern[str]
    continues: re.Pattern[str]
    headings: re.Pattern[str]
    no_heads: re.Pattern[str]
    conditional: re.Pattern[str]
    revealed: re.Pattern[str]
    numbered: re.Pattern[str]
    numbered_inside: re.Pattern[str]
    leans: re.Pattern[str]
    in_order: re.Pattern[str]
    sounds_wrong: list[str]
    says_of_it: str


@cache
def rules() -> Rules:
    """Return the rules of findings."""
    data = rule_file("findings.yaml")
    return Rules(
        types=[
            FindingType(
                one["type"], one["category"], compile_rule("|".join(one["signs"])), one.get("only_listed", False)
            )
            for one in data["types"]
        ],
        openers=compile_rule(data["openers"]),
        denied=compile_rule("|".join(data["denied"])),
        undone=compile_rule("|".join(data["undone"])),
        groups=compile_rule(data["party_groups"]),
        closers=compile_rule(data["closers"]),
        supplements=compile_rule(data["supplements"]),
        audit_work=compile_rule(data["audit_work"]),
        some=compile_rule(data["some"]),
        titles=compile_rule(data["titles"]),
        orders=compile_rule(data["orders"]),
        cause=compile_rule(data["cause"]),
        pretext=compile_rule(data["pretext"]),
        names_points=compile_rule(data["names_points"]),
        field=compile_rule(data["field"]),
        continues=compile_rule(data["continues"]),
        headings=compile_rule(data["headings"]),
        no_heads=compile_rule(data["no_heads"]),
        conditional=compile_rule(data["conditional"]),
        revealed=compile_rule(data["revealed"]),
        numbered=compile_rule(data["numbered"]),
        numbered_inside=compile_rule(data["numbered"] + "$"),
        leans=compile_rule(data["leans"]),
        in_order=compile_rule(data["in_order"]),
        sounds_wrong=data["sounds_wrong"],
        says_of_it=data["says_of_it"],
    )
