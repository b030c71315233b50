"""Writes the measured figures into docs/extraction.md: `python -m tests.documents.report`."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tests.documents import scoring, train

PAGE = Path(__file__).parents[2] / "docs" / "extraction.md"
_BEGIN, _END = "<!-- measured: python -m tests.documents.report -->", "<!-- /measured -->"
_SETS = (
    "held",
    "fresh",
    "last",
    "final",
    "probe",
    "unseen",
    "wild",
    "open",
    "sealed",
    "blind",
    "later",
    "closing",
    "after",
    "given",
    "honest",
)
_BY_OTHERS = (
    "broad",
    "mixed",
    "audit",
    "progress",
    "news",
    "relief",
    "budget",
    "survey",
    "bodies",
    "plans",
    "stress",
    "epidemic",
    "analyst",
    "names",
    "first",
    "second",
    "third",
    "fourth",
    "ninth",
    "tenth",
    "eleventh",
)


def measured() -> str:
    """Return the tables: the rules as they are over all texts, and each set when it was first seen."""
    return "\n".join(
        [
            f"The rules as they are, over all {len(scoring.texts())} texts (most of which they have been tuned on):",
            "",
            scoring.table(scoring.scores_of(scoring.FOLDER)),
            "",
            "Each set when the rules saw it for the first time (precision / recall, number of facts):",
            "",
            *_first_runs(_SETS),
            "",
            "The same of the sets that others wrote (`first` to `fourth` on the day when they were retired to learn "
            "from):",
            "",
            *_first_runs(_BY_OTHERS),
            "",
            "Texts by four more writers, from which nothing was learned and for which nothing was changed:",
            "",
            scoring.table(scoring.scores_of(scoring.UNLEARNED)),
            "",
            f"The learned leanings (rules/leanings.json), each of {train.FOLDS} parts of the sets judged by what the "
            "others teach: {} of {} labelled findings get their category.".format(*train.share_right()),
        ]
    )


def _first_runs(names: tuple[str, ...]) -> list[str]:
    first = yaml.safe_load((scoring.FOLDER / "first-runs.yaml").read_text(encoding="utf-8"))
    rows = [f"| kind | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for kind in scoring.ORDER:
        cells = [_cell(first[name].get(kind)) for name in names]
        if any(cells):
            rows.append(f"| {kind} | {' | '.join(cells)} |")
    return rows


def _cell(figures: list[float] | None) -> str:
    return f"{figures[1]:.2f} / {figures[2]:.2f} ({figures[0]:.0f})" if figures and figures[0] else ""


def main() -> None:
    """Put the tables between the marks of the page."""
    page = PAGE.read_text(encoding="utf-8")
    block = f"{_BEGIN}\n{measured()}\n{_END}"
    PAGE.write_text(
        re.sub(rf"{re.escape(_BEGIN)}.*?{re.escape(_END)}", lambda _: block, page, flags=re.DOTALL), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
