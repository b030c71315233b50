"""The report's queries: what is put into them is read as it is given, whatever it holds."""

from __future__ import annotations

import pytest

from graphkit.model.sql import literal
from graphkit.reports.queries import query


def test_what_is_put_in_is_not_filled_again() -> None:
    text = query("holder_money", holder=literal("{{measure}}"), policy=literal("p"), measure=literal(" OR 1=1) -- "))
    assert "\"to\" = '{{measure}}' AND" in text
    assert "IS NOT DISTINCT FROM ' OR 1=1) -- '" in text


def test_a_part_that_nobody_gives_is_an_error() -> None:
    with pytest.raises(KeyError, match="policy"):
        query("holder_accounts")
