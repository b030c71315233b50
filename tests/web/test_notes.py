"""What stands above the overview: what its gaps may rest on, in the reader's language."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from graphkit_api.web.html import render


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "装载时退回了受益对象3行，未予计入"), ("en", "(3 of beneficiaries)")]
)
def test_rejected_rows_are_told(lang: str, words: str) -> None:
    assert words in notes(lang, {"beneficiaries": 3})
    assert "⚠" not in notes(lang, {})


def notes(lang: str, rejected: dict[str, int]) -> str:
    quality = SimpleNamespace(rejected_rows=rejected, synthetic=[])
    report = SimpleNamespace(is_synthetic=False, looked=SimpleNamespace(coverage_known=True), quality=quality)
    return render("notes.html", lang, report=report)
