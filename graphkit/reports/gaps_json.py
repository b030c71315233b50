"""The gaps of evaluations as JSON (CONTRACT.md section 5, `graphkit gaps --format json`), and as rows of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graphkit.gaps import Evaluation, rules
from graphkit.gaps.knock_on import knock_on as along_supplies
from graphkit.model.gap import Gap, utc_text

Found = Sequence[tuple[Evaluation, Sequence[Gap]]]
GAP_COLUMNS = [
    *(name for name in Gap.model_fields if name not in ("explanation", "evidence")),
    *("explanation_zh", "explanation_en", "case", "as_of", "known_by", "thresholds"),
]
"""The columns of gaps in a table, such as CSV."""


def gaps_document(found: Found, *, knock_on: bool = False) -> dict[str, Any]:
    """Return the one JSON document for some gaps of one evaluation, or of several.

    `case` is the case's id, or with several evaluations the list of theirs; a date that differs between them is null.
    `rejected_rows` says by table how many rows could not be loaded, which gaps may only hold for want of.
    """
    counts: dict[str, int] = {}
    for _, gaps in found:
        for gap in gaps:
            counts[gap.kind] = counts.get(gap.kind, 0) + 1
    one = found[0][0] if len(found) == 1 else None
    dates = {evaluation.as_of for evaluation, _ in found}
    known = {evaluation.known_by for evaluation, _ in found}
    return {
        "as_of": dates.pop().isoformat() if len(dates) == 1 else None,
        "known_by": utc_text(known.pop()) if len(known) == 1 else None,
        "case": one.case.id if one else [evaluation.case.id for evaluation, _ in found],
        "thresholds": thresholds(one) if one else None,
        "rejected_rows": rejected_rows(evaluation for evaluation, _ in found),
        "counts": {kind: counts[kind] for kind in [*rules(), *sorted(set(counts) - set(rules()))] if kind in counts},
        "gaps": gap_dicts(found, knock_on=knock_on),
    }


def gap_dicts(found: Found, *, knock_on: bool = False) -> list[dict[str, Any]]:
    """Return the gaps as JSON has them; with several evaluations, each says its case.

    With `knock_on` each has a key of that name: who else is affected along `supplies`, beside the impact proper.
    """
    several = len(found) > 1
    listed = []
    for evaluation, gaps in found:
        affected = along_supplies(evaluation, [gap.id for gap in gaps]) if knock_on else {}
        for gap in gaps:
            one = gap.model_dump(mode="json")
            if several:
                one["case"] = evaluation.case.id
            if knock_on:
                one["knock_on"] = [effect.model_dump(mode="json") for effect in affected[gap.id]]
            listed.append(one)
    return listed


def rejected_rows(evaluations: Iterable[Evaluation]) -> dict[str, int]:
    """Return how many rows of each table could not be loaded; none where only a region is seen: they may be others'."""
    counts: Counter[str] = Counter()
    for evaluation in evaluations:
        if evaluation.region is None:
            counts.update(evaluation.facts.rejected_rows(evaluation.case.id))
    return dict(sorted(counts.items()))


def thresholds(evaluation: Evaluation) -> dict[str, str]:
    """Return the thresholds in force as plain numbers, sorted by name."""
    return {name: f"{value.normalize():f}" for name, value in sorted(evaluation.thresholds.items())}


def gap_rows(evaluation: Evaluation, gaps: Iterable[Gap]) -> Iterator[dict[str, Any]]:
    """Return gaps as rows of GAP_COLUMNS: each says what it holds by, for a table has no other place for that."""
    by = {
        "case": evaluation.case.id,
        "as_of": evaluation.as_of.isoformat(),
        "known_by": utc_text(evaluation.known_by),
        "thresholds": ";".join(f"{name}={value}" for name, value in thresholds(evaluation).items()),
    }
    return (_row(gap, by) for gap in gaps)


def _row(gap: Gap, by: dict[str, str | None]) -> dict[str, Any]:
    row = gap.model_dump(mode="json")
    return row | {"explanation_zh": row["explanation"]["zh"], "explanation_en": row["explanation"]["en"], **by}
