"""What the tests of standards share: a case imported, loaded and evaluated; and the real files beside the clone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from graphkit.case import LoadResult, load_case
from graphkit.facts import Facts
from graphkit.gaps import Evaluation, evaluate
from graphkit.standards import ImportResult

FIXTURES = Path(__file__).parent / "fixtures"
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@dataclass(frozen=True)
class Brought:
    """A case that was imported, loaded, and evaluated as of its own day."""

    made: ImportResult
    loaded: LoadResult
    facts: Facts
    evaluation: Evaluation

    def gaps(self, kind: str) -> set[tuple[str | None, str | None]]:
        """The gaps of a kind as (policy, stage), or (policy, subject) for those about money and findings."""
        return {(gap.policy, gap.stage or gap.subject) for gap in self.evaluation.gaps(kind=[kind])}


Bring = Callable[[Callable[..., ImportResult], Sequence[Path]], Brought]


@pytest.fixture(scope="module")
def bring(tmp_path_factory: pytest.TempPathFactory) -> Bring:
    """Import, load and evaluate; the same files are brought in once a module."""
    known: dict[tuple[str, ...], Brought] = {}

    def run(importer: Callable[..., ImportResult], files: Sequence[Path]) -> Brought:
        key = tuple(str(path) for path in files)
        if key not in known:
            folder = tmp_path_factory.mktemp("brought")
            made = importer(files, folder / "case")
            facts = Facts(folder / "workspace", create=True)
            loaded = load_case(facts, made.folder)
            assert loaded.rejected == 0, [one.line() for one in loaded.rejects[:5]]
            assert made.account.balanced, made.account.lines()
            known[key] = Brought(made, loaded, facts, evaluate(facts, made.case_id))
        return known[key]

    return run


def shared(*parts: str) -> Path:
    """A real file of ../shared/data. CI has it beside the clone; elsewhere the test says so and is skipped."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not here: the real files lie beside the clone, they are not shipped")
    return path
