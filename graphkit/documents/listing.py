"""Where a text lists what was found: its sections of findings, and the problem column of a table.

In such a place a sentence is a finding by where it stands, whatever its words (rules/findings.yaml, `list_begins`,
`list_heads`, `list_ends`, `table_column`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

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
_HEADED_LINE = re.compile(r"[ \t]*(?![一二三四五六七八九十\d（(])(?P<head>[\u4e00-\u9fff“”]{3,16})。[^\s。][^。\n]{8,}")
_HEADED_RUN = 3


@cache
def _rule(name: str) -> re.Pattern[str]:
    return compile_rule(rule_file("findings.yaml")[name])


Told = Literal["no", "listed", "cell"]


def told_sentences(source: Recognised) -> Iterator[tuple[int, int, Told]]:
    """Yield each sentence's span and whether it stands in a list of findings, or in a table's column of problems."""
    columns = _problem_columns(source.text)
    headed = _headed_lines(source.text)
    listed = False
    level: int | None = None
    for start, end in source.sentences():
        line = source.text.rfind("\n", 0, start) + 1
        if line in columns:
            yield start, end, "cell" if len(_CELL.findall(source.text, line, start)) == columns[line] else "no"
            continue
        if line in headed:
            yield start, end, "listed"
            continue
        sentence = source.signs[start:end]
        own = _level(sentence) if not source.text[line:start].strip() else None
        ends_line = source.text[end : end + 1] in {"", "\n"}
        if _rule("list_begins").search(sentence.rstrip()) or (
            ends_line and _rule("list_heads").search(sentence.rstrip())
        ):
            listed, level = True, own
            yield start, end, "no"
            continue
        out = own is not None and level is not None and own <= level
        listed = listed and not out and not _rule("list_ends").search(sentence.strip())
        yield start, end, "listed" if listed else "no"


def _level(words: str) -> int | None:
    return next((level for level, mark in enumerate(_LEVELS) if mark.match(words)), None)


def _headed_lines(text: str) -> frozenset[int]:
    """Return where the lines begin that stand three in a row with a short head each, without number: 钱到得慢。……

    News of an audit tells its findings so, if most of the heads sound like it; the heads of a notice are numbered.
    """
    runs: list[list[tuple[int, bool]]] = [[]]
    start = 0
    for line in text.split("\n"):
        if head := _HEADED_LINE.match(line):
            runs[-1].append((start, _rule("bad_head").search(head.group("head")) is not None))
        elif line.strip():
            runs.append([])
        start += len(line) + 1
    bad = [run for run in runs if len(run) >= _HEADED_RUN and 2 * sum(one for _, one in run) > len(run)]
    return frozenset(place for run in bad for place, _ in run)


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
