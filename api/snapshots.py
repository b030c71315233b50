"""The facts as requests see them: one version throughout a request, the newest at its beginning."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from graphkit.facts import Facts
from graphkit.facts.shared import refresh
from graphkit.model.case import Case, Policy

from .errors import NotFoundError

PERSONAL = ("beneficiaries", "deliveries")
"""The tables with rows about persons: for analysts, and every read of them is recorded."""

_KEPT = 8


class Snapshot:
    """The facts of one version; what it reads of a case's definition is read once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.version = facts.version
        self._policies: dict[str, list[Policy]] = {}
        self._regions: dict[str, frozenset[str]] = {}
        self._personal: dict[str, bool] = {}

    @cached_property
    def case_ids(self) -> list[str]:
        """The ids of the cases, sorted."""
        return self.facts.case_ids()

    def loads(self, case_id: str) -> int:
        """Return how many loads of a case there are: its own version, which tells nothing of other cases."""
        return len(self._numbers(case_id))

    def commit_of(self, case_id: str, loads: int) -> int:
        """Return the number of the commit that was the case's load of that number, from 1."""
        return self._numbers(case_id)[loads - 1]

    def loads_until(self, case_id: str, commit: int) -> int:
        """Return how many loads of a case there were up to a commit."""
        return sum(number <= commit for number in self._numbers(case_id))

    def _numbers(self, case_id: str) -> list[int]:
        return [commit.number for commit in self.facts.commits() if commit.case == case_id]

    def case(self, case_id: str) -> Case:
        """Return a case's definition; NotFoundError when there is none of that id."""
        if case_id not in self.case_ids:
            raise NotFoundError(f"there is no case '{case_id}'")
        return self.facts.case(case_id)

    def policies(self, case_id: str) -> list[Policy]:
        """Return a case's policies, sorted by id; NotFoundError when there is no such case."""
        self.case(case_id)
        if case_id not in self._policies:
            self._policies[case_id] = self.facts.policies(case_id)
        return self._policies[case_id]

    def has_region(self, case_id: str, region: str) -> bool:
        """Whether a case's table of regions has one of that code."""
        if case_id not in self._regions:
            files = self.facts.files("regions", case_id)
            columns = [pq.ParquetFile(file).read(["code"]).column("code").to_pylist() for file in files]
            self._regions[case_id] = frozenset(code for column in columns for code in column)
        return region in self._regions[case_id]

    def has_persons(self, case_id: str) -> bool:
        """Whether a case has rows about persons: then its gaps may show some of them as evidence."""
        if case_id not in self._personal:
            self._personal[case_id] = any(self.facts.files(table, case_id) for table in PERSONAL)
        return self._personal[case_id]

    def day(self, case_id: str, as_of: date | None) -> date:
        """Return the day that a question without one means: the case's own, else today in its time zone."""
        return as_of or self.case(case_id).day()


class Snapshots:
    """Opens the workspace's facts; a newer commit is seen by the first request after it.

    One in an object store is seen by the first request two seconds after it.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._commits = workspace / "facts" / "commits"
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Snapshot] = OrderedDict()

    def newest(self) -> Snapshot:
        """Return the facts as of the newest commit. StoreError when they cannot be read."""
        refresh(self._workspace, at_most_every_s=2)
        names = [path.stem for path in self._commits.glob("*.json")]
        return self.at(int(max(names)) if names else 0)

    def at(self, version: int) -> Snapshot:
        """Return the facts as of the commit of that number. StoreError when they cannot be read."""
        with self._lock:
            if version not in self._kept:
                self._kept[version] = Snapshot(Facts(self._workspace, commit=version))
            self._kept.move_to_end(version)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return self._kept[version]
