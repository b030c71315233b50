"""The SQL that lies beside the modules of this package."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_MADE = re.compile(r"^(?:CREATE OR REPLACE (?:TABLE|VIEW)|INSERT INTO) (\w+)", re.MULTILINE)
_DROPPED = re.compile(r"^DROP TABLE (\w+)", re.MULTILINE)
_END = re.compile(r";\s*$", re.MULTILINE)


@cache
def statements(name: str) -> str:
    """Return the SQL in one of this package's files, such as views/steps."""
    return resources.files("graphkit.gaps").joinpath(f"{name}.sql").read_text(encoding="utf-8")


@cache
def making(name: str, table: str) -> str:
    """Return what of a file makes one table or view, with the tables before it that the file makes and drops again."""
    whole = statements(name)
    dropped = set(_DROPPED.findall(whole))
    found: dict[str, list[str]] = {}
    for statement in _END.split(whole):
        if made := _MADE.search(statement):
            before = [one for one in found if one in dropped and re.search(rf"\b{one}\b", statement)]
            needed = [*found.get(made[1], []), *(text for one in before for text in found[one]), statement]
            found[made[1]] = list(dict.fromkeys(needed))
    return ";".join(found[table])
