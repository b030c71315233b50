"""The rows that every import of processes or activities writes: regions, agencies, groups, and those of a chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from graphkit.standards.chain import WORLD, Chain
from graphkit.standards.folder import CaseFolder
from graphkit.standards.values import short

TABLES = (
    "regions", "agencies", "beneficiary_groups", "assignments", "events", "transfers", "documents", "coverage",
)  # fmt: skip
_NAME_LENGTH = 300


class Register:
    """Regions, agencies and groups as they are met; written once, sorted, at the end."""

    def __init__(self, folder: CaseFolder) -> None:
        self._folder = folder
        self._regions: dict[str, str] = {}
        self._agencies: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._names: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._groups: dict[str, str] = {}
        for table in TABLES:
            folder.table(table)

    def region(self, code: str, name: str = "") -> None:
        """Note a region below the world."""
        if code != WORLD and (name or code not in self._regions):
            self._regions[code] = name or self._regions.get(code, "")

    def agency(self, key: str, name: str, **more: Any) -> str:
        """Note an agency under one of its names, and return its id; the first value given for a column stays."""
        names = self._names[key]
        if name:
            names[name] = names.get(name, 0) + 1
        for column, value in more.items():
            if value:
                self._agencies[key].setdefault(column, value)
        return key

    def group(self, key: str, name: str) -> str:
        """Note a beneficiary group and return its id."""
        self._groups.setdefault(key, short(name, _NAME_LENGTH))
        return key

    def is_group(self, key: str) -> bool:
        """Tell whether the key is a group's."""
        return key in self._groups

    def group_name(self, key: str) -> str:
        """Return the name of a group."""
        return self._groups[key]

    def write(self) -> None:
        """Write all that was noted."""
        self._folder.add("regions", {"code": WORLD, "name": "World", "level": "central"})
        for code in sorted(self._regions):
            row = {"code": code, "name": self._regions[code] or code, "level": "province", "parent": WORLD}
            self._folder.add("regions", row)
        for key in sorted(self._names):
            names = sorted(self._names[key], key=lambda name: (-self._names[key][name], name)) or [key]
            aliases = names[1:]
            self._folder.add("agencies", {"id": key, "name": names[0], "aliases": aliases, **self._agencies[key]})
        for key in sorted(self._groups):
            self._folder.add("beneficiary_groups", {"id": key, "name": self._groups[key]})


def write_chain(
    folder: CaseFolder,
    chain: Chain,
    source: str,
    leads: Mapping[str, Iterable[str]],
    supports: Mapping[str, Iterable[str]],
) -> None:
    """Write a chain's events, assignments and coverage; agency ids are by stage, under '' for the others."""
    for row in chain.events:
        folder.add("events", {"source": source, **row})
    for stage in chain.stages:
        for role, agencies in (("lead", leads), ("support", supports)):
            for agency in agencies.get(stage["id"], agencies.get("", ())):
                row = {"policy": chain.policy, "stage": stage["id"], "scope": chain.scope, "agency": agency}
                folder.add("assignments", {**row, "role": role, "source": source})
    for stage_id, until in chain.covered:
        row = {"policy": chain.policy, "stage": stage_id, "scope": chain.scope, "until": until}
        folder.add("coverage", {**row, "source": source})
