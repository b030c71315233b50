"""The notebooks as they are committed: run from top to bottom, small, and with nothing of one machine in them.

That they run is tested by nbmake (`.ci/run`).
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01-from-case-to-report", "02-exploring-breaks", "03-iati"]


@EACH
def test_outputs_are_there_in_order_and_without_metadata_of_a_run(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert set(book.metadata) == {"kernelspec", "language_info"}
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(not cell.metadata for cell in book.cells)
    assert sum(bool(cell.outputs) for cell in code) >= len(code) / 2
    assert not any(
        output.output_type == "error" or output.get("name") == "stderr" for cell in code for output in cell.outputs
    )


@EACH
def test_small_and_free_of_paths_of_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < 150_000
    assert not re.search(r"(?<![\w.:/<])/(?:home|root|tmp|work|Users|usr|var)/|[A-Z]:\\\\", text)


@pytest.mark.parametrize("path", NOTEBOOKS[:2], ids=lambda path: path.stem)
def test_what_is_synthetic_is_called_so_at_the_top(path: Path) -> None:
    assert "synthetic" in nbformat.read(path, as_version=4).cells[0].source


def test_each_file_of_data_names_its_source_and_licence() -> None:
    said = (FOLDER / "data" / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in (FOLDER / "data").iterdir() if path.name != "README.md"]
    assert files
    for name in files:
        line = next(line for line in said.splitlines() if line.startswith(f"| {name} |"))
        assert "github" in line
        assert "CC BY" in line
