"""The SQL that lies beside the modules of this package."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def statements(name: str) -> str:
    """Return the SQL in one of this package's files, such as views/steps."""
    return resources.files("graphkit.gaps").joinpath(f"{name}.sql").read_text(encoding="utf-8")
