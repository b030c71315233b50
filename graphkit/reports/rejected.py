"""What a reader of gaps is told of rows that could not be loaded: that some gaps may hold only for want of them."""

from __future__ import annotations

from collections.abc import Mapping

from graphkit.model.absence import ABSENCE_KINDS
from graphkit.reports import words
from graphkit.reports.text import Lang, number_text


def rejected_note(rows: Mapping[str, int], lang: Lang) -> str | None:
    """Return one sentence on the rejected rows of tables that gaps are told by; None where there are none."""
    told = {table: rows[table] for table in ABSENCE_KINDS if rows.get(table)}
    if not told:
        return None
    kinds = dict.fromkeys(kind for table in told for kind in ABSENCE_KINDS[table])
    if lang == "zh":
        tables = "、".join(f"{words.TABLE[table].of(lang)}{number_text(count)}行" for table, count in told.items())
        named = "、".join(f"“{words.kind_name(kind).of(lang)}”" for kind in kinds)
        return f"装载时退回了{tables}，未予计入：{named}可能只是因为缺少这些行才成立。"
    tables = ", ".join(f"{number_text(count)} of {words.TABLE[table].of(lang)}" for table, count in told.items())
    named = ", ".join(f"“{words.kind_name(kind).of(lang)}”" for kind in kinds)
    return f"Rows were rejected by the load and do not count ({tables}): {named} may only hold for want of them."
