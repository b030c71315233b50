"""What an advance of an evaluation changes of its projection: the same SELECTs, over only what it touched."""

from __future__ import annotations

import re
from functools import cache

from graphkit.gaps import Evaluation
from graphkit.gaps.advance.parts import TABLES
from graphkit.graph.delta import Delta, difference
from graphkit.graph.frames import Frames
from graphkit.graph.projection import FILES, CaseTables, Section, evaluation_key, sections_in_order, sections_of

_MADE = re.compile(r"^(?:CREATE OR REPLACE TEMP (?:TABLE|VIEW|MACRO)) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"--.*")
_WORD = re.compile(r"\w+")


def change_since(evaluation: Evaluation, commit: int) -> Delta | None:
    """Return what leads from the projection of an evaluation at a commit to that of now: only what it met is projected.

    The evaluation must reach that commit. None where other things may be otherwise: a new document may be what rows
    of old have named.
    """
    found: list[Frames] = []
    with evaluation.parts(commit) as parts:
        for now in parts:
            tables = CaseTables(evaluation.case.id, {evaluation_key(evaluation): evaluation}, None if now else commit)
            try:
                tables.begin(part=True)
                if not now and evaluation.rows(_NAMED_BEFORE, [commit]):
                    return None
                made = [
                    one
                    for file, section in sections_in_order()
                    if section in _moving()
                    for one in tables.found(file, section)
                ]
            finally:
                tables.end()
            found.append(Frames(made, (evaluation.case.id,)))
    return difference(*found)


_NAMED_BEFORE = """
SELECT id
FROM main.documents
WHERE batch_number(batch) > ?
  AND id IN (SELECT document FROM main.document_names WHERE name IN (SELECT source FROM graph_sources))
LIMIT 1
"""


@cache
def _moving() -> frozenset[Section]:
    """The sections that an advance of the evaluation can change: what they read, near or far, is one of its tables."""
    moving = {*TABLES, "graph_batch", "graph_loaded_at"}
    for file in FILES:
        for made in _COMMENT.sub("", sections_of(file)[0]).split(";"):
            if (name := _MADE.search(made)) and moving & set(_WORD.findall(made)):
                moving.add(name[1])
    return frozenset(section for _, section in sections_in_order() if moving & set(_WORD.findall(section.query)))
