"""docs/standards.md names every key of a mapping and every standard."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from graphkit.cli.import_ import Standard
from graphkit.standards.mapping import read_mapping
from graphkit.standards.mapping.model import Condition, Expression, Lookup, Mapping, Output, Parameter, Source

TEXT = (Path(__file__).parents[2] / "docs" / "standards.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [Condition, Expression, Lookup, Mapping, Output, Parameter, Source])
def test_every_key_is_documented(model: type[Expression]) -> None:
    for name, field in model.model_fields.items():
        key = field.alias or name
        assert f"`{key}`" in TEXT or f"`{key}:" in TEXT or f"\n{key}:" in TEXT, f"{model.__name__}: {key}"


def test_every_standard_is_documented() -> None:
    assert f"graphkit import {'|'.join(Standard)}" in TEXT


def test_the_example_is_a_mapping(tmp_path: Path) -> None:
    example = TEXT.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "m.yaml").write_text(example, encoding="utf-8")
    assert set(read_mapping(tmp_path / "m.yaml").columns_of("main")) >= {"问题描述", "责任单位"}
    assert set(yaml.safe_load(example)) <= set(Mapping.model_fields)
