"""docs/model.md, its drawing and docs/cypher.md say what the schema, the library and the guard say."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from graphkit.graph.library import library
from graphkit.model.graph import RELATIONSHIPS
from scripts.cypher_page import cypher_page
from scripts.make_reference import DOCS
from scripts.model_diagram import PANELS, WIDTH, Panel, Rectangle, diagram, name_rectangle
from scripts.model_page import model_page


def test_the_model_page_is_that_of_the_schema() -> None:
    assert (DOCS / "model.md").read_text(encoding="utf-8") == model_page()
    assert (DOCS / "images" / "model.svg").read_text(encoding="utf-8") == diagram()


def test_the_drawing_shows_each_pair_that_may_be_connected_and_no_other() -> None:
    drawn = {
        (name, start, end)
        for panel in PANELS
        for line in panel.lines
        for name, start, end in product(line.names, panel.boxes[line.start].labels, panel.boxes[line.end].labels)
    }
    assert drawn == {(one.name, start, end) for one in RELATIONSHIPS.values() for start, end in one.ends}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.en)
def test_nothing_in_the_drawing_lies_on_another_or_outside(panel: Panel) -> None:
    covered: dict[object, Rectangle] = {name: box.rectangle for name, box in panel.boxes.items()}
    covered |= {line: name_rectangle(panel, line) for line in panel.lines}
    over = [(one, other) for one, other in combinations(covered, 2) if covered[one].meets(covered[other])]
    assert over == []
    for one in covered.values():
        assert one.left > 6
        assert one.right < WIDTH - 6
        assert one.top > 30
        assert one.bottom < panel.height - 4


def test_the_cypher_page_is_that_of_the_library_with_a_sample_of_each_query() -> None:
    page = cypher_page()
    assert (DOCS / "cypher.md").read_text(encoding="utf-8") == page
    parts = {part.split("\n", 1)[0]: part for part in page.split("\n### ")[1:]}
    assert list(parts) == [query.id for query in library().values()]
    for name, part in parts.items():
        sample = [block for block in part.split("\n## ")[0].split("\n\n") if block.startswith("|")][-1]
        assert len(sample.splitlines()) > 2, name
