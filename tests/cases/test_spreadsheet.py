"""CSV that people open in a spreadsheet: nothing becomes a formula, and a number stays one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from graphkit.model.spreadsheet import harmless


@pytest.mark.parametrize("cell", ["-100.00", "-1", "12", "2020-03-01", "a=1", "", None, -5, Decimal("-0.5")])
def test_what_is_no_formula_is_left_alone(cell: object) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1+1", "-1|cmd", "-", "--1", "-1.", "-１", "@SUM(A1)", "\t=1", "\r=1", "-1\n=1", "-1\n"]
)
def test_a_formula_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
