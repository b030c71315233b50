"""The facts behind listed gaps, each with its document, locator, and the passage that it points at."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from graphkit.gaps.evaluate import Computation
from graphkit.gaps.rules import rules
from graphkit.model.gap import Evidence

MAX_DELIVERIES = 100
_SPAN = re.compile(r"^\s*chars?\s+(\d+)\s*[-–]\s*(\d+)\s*$")
_LINES = re.compile(r"^\s*lines?\s+(\d+)(?:\s*[-–]\s*(\d+))?\s*$")
_TEXT_LIMIT = 20_000_000

_SOURCES = """
SELECT listed.id AS gap, 0 AS turn, events."on" AS day, events.id, events.source, events.locator, events.note
FROM listed
JOIN events ON events.policy = listed.policy AND events.stage = listed.stage AND events.scope = listed.scope
WHERE listed.about = 'step'
UNION ALL
SELECT listed.id, 1, events."on", events.id, events.source, events.locator, events.note
FROM listed
JOIN step_after ON step_after.step = listed.step
JOIN steps ON steps.step = step_after.predecessor
JOIN events ON events.policy = steps.policy AND events.stage = steps.stage AND events.scope = steps.scope
WHERE listed.kind IN ('missing_step', 'out_of_order', 'unassigned_step') AND events.kind = 'completed'
UNION ALL
SELECT listed.id, 2, NULL, NULL, assignments.source, assignments.locator, NULL
FROM listed
JOIN assignments ON assignments.policy = listed.policy AND assignments.stage = listed.stage AND assignments.scope = listed.scope
WHERE listed.about = 'step' AND assignments.source IS NOT NULL
UNION ALL
SELECT listed.id, 3, coverage.until, NULL, coverage.source, NULL, NULL
FROM listed
JOIN region_above ON region_above.code = listed.region
JOIN coverage ON coverage.policy = listed.policy AND coverage.scope = region_above.ancestor
  AND (coverage.stage IS NULL OR coverage.stage = listed.stage)
WHERE listed.kind = 'missing_step' AND coverage.source IS NOT NULL
UNION ALL
SELECT listed.id, 0, transfers."on", transfers.id, transfers.source, transfers.locator, NULL
FROM listed
JOIN transfers ON transfers.policy = listed.policy AND transfers.measure IS NOT DISTINCT FROM listed.measure
  AND (transfers."to" = listed.subject OR transfers."from" = listed.subject)
WHERE listed.about = 'holder'
UNION ALL
SELECT listed.id, 0, findings.found_on, findings.id, findings.source, findings.locator, NULL
FROM listed JOIN findings ON findings.id = listed.subject
WHERE listed.about = 'finding'
UNION ALL
SELECT listed.id, 1, actions."on", actions.id, actions.source, actions.locator, actions.note
FROM listed JOIN actions ON actions.finding = listed.subject
WHERE listed.about = 'finding'
"""


def evidence_of(computation: Computation) -> dict[str, list[Evidence]]:
    """Return the evidence of each gap in the table `listed`; deliveries up to the first 100 by id."""
    quotes = Quotes(computation)
    found: dict[str, list[Evidence]] = {}

    def add(gap: str, row: str | None, source: str | None, locator: str | None, note: str | None) -> None:
        one = Evidence(document=source, locator=locator, quote=quotes.quote(source, locator) or note, id=row)
        if one not in found.setdefault(gap, []):
            found[gap].append(one)

    for gap, _, _, row, source, locator, note in computation.run(
        f"SELECT * FROM ({_SOURCES}) AS found ORDER BY gap, turn, day, id, source, locator"
    ):
        add(gap, row, source, locator, note)
    for (kind,) in computation.run("SELECT DISTINCT kind FROM listed WHERE about = 'delivery' ORDER BY 1"):
        rows = computation.run(
            f"SELECT listed.id, rule.id, delivery_rows.source, delivery_rows.locator FROM ({rules()[kind].sql}) AS rule "
            "JOIN delivery_rows ON delivery_rows.id = rule.id "
            f"JOIN listed ON listed.kind = '{kind}' AND listed.policy = rule.policy AND listed.measure = rule.measure "
            "AND listed.scope IS NOT DISTINCT FROM rule.region "
            f"QUALIFY row_number() OVER (PARTITION BY listed.id ORDER BY rule.id) <= {MAX_DELIVERIES} ORDER BY listed.id, rule.id"
        )
        for gap, row, source, locator in rows:
            add(gap, row, source, locator, None)
    return found


class Quotes:
    """Passages of the case's text documents by locator: `chars A-B` counts characters of the original, from 0, end excluded."""

    def __init__(self, computation: Computation) -> None:
        self._folder = computation.facts.documents_folder(computation.case.id)
        self._files = dict(computation.run("SELECT id, file FROM documents WHERE file IS NOT NULL ORDER BY id"))

    def quote(self, source: str | None, locator: str | None) -> str | None:
        """Return the passage that a locator points at; None where the document is not a text or has no such place."""
        if not source or not locator:
            return None
        name = self._files.get(source, source).removeprefix("documents/")
        path = self._folder / name
        if not path.resolve().is_relative_to(self._folder.resolve()) or not path.name.endswith(".txt"):
            return None
        text = _text(path)
        if text is None:
            return None
        if span := _SPAN.match(locator):
            return text[int(span[1]) : int(span[2])] or None
        if lines := _LINES.match(locator):
            first, last = int(lines[1]), int(lines[2] or lines[1])
            return "\n".join(text.splitlines()[max(first - 1, 0) : last]) or None
        return None


@lru_cache(maxsize=64)
def _text(path: Path) -> str | None:
    try:
        if path.stat().st_size > _TEXT_LIMIT:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
