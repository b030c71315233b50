"""What a view's header says that it reads is what its SQL reads."""

from __future__ import annotations

import re
from importlib import resources

import pytest
import sqlglot
from sqlglot import exp

VIEWS = sorted(one.name for one in resources.files("graphkit.gaps").joinpath("views").iterdir())
READS = re.compile(r"\bReads: ([\w, ]+)\.")


@pytest.mark.parametrize("name", [name for name in VIEWS if name.endswith(".sql")])
def test_the_header_names_the_tables_that_are_read(name: str) -> None:
    text = resources.files("graphkit.gaps").joinpath("views", name).read_text(encoding="utf-8")
    head = READS.search(text.replace("\n-- ", " "))
    assert (set(head[1].split(", ")) if head else set()) == tables_read(text)


def tables_read(text: str) -> set[str]:
    """Return the tables that the statements read, without those that they make themselves."""
    read: set[str] = set()
    made: set[str] = set()
    for tree in sqlglot.parse(text, read="duckdb"):
        assert tree is not None
        own = {one.alias for one in tree.find_all(exp.CTE)}
        target = tree.this.find(exp.Table) if isinstance(tree, exp.Create) else None
        read |= {one.name for one in tree.find_all(exp.Table) if one.name and one is not target} - own - made
        made |= {target.name} if target is not None else set()
    return read
