"""The words of rules/agencies.yaml that tell where an agency is named, compiled once."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from graphkit.documents.lexicon import any_of, rule_file

_PLACE = r"(?P<place>[\u4e00-\u9fff]{2,12}?)"


class Branch(NamedTuple):
    """How a national body (or, `*bank`, any bank) names its offices in places; `name` and `id` are templates."""

    body: str
    pattern: re.Pattern[str]
    name: str
    id: str
    level: str


class AgencyWords:
    """Patterns and lists of words, named as in the rules file."""

    def __init__(self) -> None:
        words: dict[str, Any] = rule_file("agencies.yaml")
        self.generic: list[str] = words["generic"]
        self.weak: list[str] = words["weak"]
        self.party_word: str = words["party_word"]
        self.bodies: dict[str, dict[str, str]] = words["bodies"]
        self.no_territory = frozenset(words["no_territory"])
        self.short_place_offices: dict[str, str] = words["short_place_offices"]
        self.office_ids: dict[str, str] = words["office_ids"]
        self.group_after = tuple(words["group_after"])
        self.open_starts = (*words["open_starts"], *words["named_leads"])
        self.verbs = tuple(rule_file("regions.yaml")["verbs"])

        self.national_banks = frozenset(one["id"] for one in words["national"] if "bank" in one.get("kind", ""))
        self.state_groups = tuple(words["state_groups"])
        self.banks = tuple(words["banks"])
        self.bank_offices = tuple(words["bank_offices"])
        self.branches = [
            Branch(one["body"], _with_place(one["pattern"]), one["name"], one["id"], one["level"])
            for one in words["branches"]
        ]
        self.special_office = _with_place(words["special_office"])
        self.company_ends = tuple(words["company_ends"])
        self.department_of = re.compile(words["department_of"])
        self.department = re.compile(words["departments"])

        self.implied: dict[str, str] = words["implied"]
        self.implied_words = re.compile(any_of(words["implied"]))
        self.level_words = re.compile(any_of(words["levels_prefix"]))
        self.anonymous = re.compile(r"[A-Z甲乙丙丁某](?:某)?(?P<unit>省|市|县|区|镇|乡)")
        self.corps = re.compile(words["corps"])
        self.regiments = re.compile(words["regiments"])
        stops = re.escape(words["open_stops"] + "省市县区")
        self.zone = re.compile(rf"(?:(?![{stops}])[\u4e00-\u9fff]){{0,6}}?(?:{words['zones']})")
        self.zone_before = re.compile(rf"(?:{words['zones']}|师|兵团)$")

        self.groups = re.compile(f"(?P<whole>{'|'.join(words['addressed'])})|{'|'.join(words['group_names'])}")
        self.national_groups = re.compile(words["national_groups"])
        self.national_departments = re.compile(words["national_departments"])
        self.counted = re.compile(words["counted"])
        self.own_departments = re.compile(words["own_departments"])
        self.own_departments_after: str = words["own_departments_after"]
        self.office_parts = re.compile(words["office_parts"])
        self.sent = re.compile(words["address_lines"])
        self.each = re.compile(words["each"])
        self.other_form = re.compile(words["other_form"])
        self.towns_too = re.compile(words["towns_too"])
        self.signed = re.compile(words["signed"])
        self.told_by = re.compile(words["told_by"])
        self.titled = re.compile(words["titled"])
        self.not_bare_county = re.compile(words["not_bare_county"])
        self.headed = re.compile(words["headed"])


def _with_place(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{place}", _PLACE))
