"""The SQL that lies beside the modules of this package."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_MADE = re.compile(r"^(?:CREATE OR REPLACE (?:TABLE|VIEW)|INSERT INTO) (\w+)", re.MULTILINE)


@cache
def statements(name: str) -> str:
    """Return the SQL in one of this package's files, such as views/steps."""
    return resources.files("graphkit.gaps").joinpath(f"{name}.sql").read_text(encoding="utf-8")


@cache
def parts(name: str) -> dict[str, str]:
    """Return the statements of a file by the table or view that each makes; those that only fill one under its name."""
    found: dict[str, str] = {}
    for statement in re.split(r";\s*$", statements(name), flags=re.MULTILINE):
        if made := _MADE.search(statement):
            found[made[1]] = f"{found[made[1]]};{statement}" if made[1] in found else statement
    return found
