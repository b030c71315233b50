"""Where a text lists what was found: its sections of findings, and the problem column of a table.

In such a place a sentence is a finding by where it stands, whatever its words (rules/findings.yaml, `list_begins`,
`list_heads`, `list_ends`, `table_column`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from graphkit.documents.lexicon import rule_file
from graphkit.documents.recognised import Recognised
from graphkit.documents.signs import compile_rule

_CELL = re.compile(r"[\t|｜]")
# How headings are numbered, from the outermost level inwards.
_LEVELS = tuple(
    re.compile(rf"\s*(?:{mark})")
    for mark in (r"[一二三四五六七八九十]+、", r"（[一二三四五六七八九十]+）", r"\d+[、.．](?!\d)", r"[（(]\d+[）)]")
)
_LONGEST_HEAD = 12


@cache
def _rule(name: str) -> re.Pattern[str]:
    return compile_rule(rule_file("findings.yaml")[name])


def told_sentences(source: Recognised) -> Iterator[tuple[int, int, bool]]:
    """Yield each sentence's span and whether it stands where findings are listed."""
    columns = _problem_columns(source.text)
    listed = False
    level: int | None = None
    for start, end in source.sentences():
        line = source.text.rfind("\n", 0, start) + 1
        if line in columns:
            yield start, end, len(_CELL.findall(source.text, line, start)) == columns[line]
            continue
        sentence = source.signs[start:end]
        own = _level(sentence) if not source.text[line:start].strip() else None
        ends_line = source.text[end : end + 1] in {"", "\n"}
        if _rule("list_begins").search(sentence.rstrip()) or (
            ends_line and _rule("list_heads").search(sentence.rstrip())
        ):
            listed, level = True, own
            yield start, end, False
            continue
        out = own is not None and level is not None and own <= level
        listed = listed and not out and not _rule("list_ends").search(sentence.strip())
        yield start, end, listed


def _level(words: str) -> int | None:
    return next((level for level, mark in enumerate(_LEVELS) if mark.match(words)), None)


def _problem_columns(text: str) -> dict[int, int]:
    """Return, for each line of a table below a header that names a column of problems, which column that is."""
    columns: dict[int, int] = {}
    column: int | None = None
    start = 0
    for line in text.split("\n"):
        cells = _CELL.split(line)
        if len(cells) < 2:
            column = None
        elif column is None:
            heads = [one.strip() for one in cells]
            short = all(len(one) <= _LONGEST_HEAD for one in heads)
            column = next(
                (index for index, one in enumerate(heads) if short and _rule("table_column").search(one)), None
            )
        else:
            columns[start] = column
        start += len(line) + 1
    return columns
