"""Findings in English texts: the items, or the sentences, of a list that a line such as "Main findings:" begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from graphkit.documents.finding_rules import Category
from graphkit.documents.findings import Finding
from graphkit.documents.leaning import leaning
from graphkit.documents.lexicon import rule_file
from graphkit.documents.recognised import Recognised

_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?](?!(?:[\"”]|\s)*(?:\s[A-Z]|$)))+", re.MULTILINE)
_LEAST = 20  # letters of a sentence that tells something
_POINT = re.compile("[堵痛难断]点")  # then it is a problem


def english_findings(source: Recognised) -> Iterator[Finding]:
    """Yield what the lists of findings hold, in order."""
    begins, heading, item = _rules()
    listing, numbered = False, False
    for match in _LINE.finditer(source.text):
        line = match.group().rstrip()
        if begins.search(line) or heading.fullmatch(line.strip()):
            listing, numbered = True, False
            continue
        mark = item.match(source.text, match.start(), match.end())
        if not listing or (numbered and not mark) or (mark and len(line) - (mark.end() - match.start()) < _LEAST):
            listing = False
        elif mark:
            numbered = True
            yield _finding(source, mark.end(), match.start() + len(line.rstrip(".;")))
        else:
            yield from (
                _finding(source, one.end() - len(one.group().lstrip()), one.end())
                for one in _SENTENCE.finditer(source.text, match.start(), match.end())
                if len(one.group().strip()) >= _LEAST and not _POINT.search(one.group())
            )
            listing = False


def _finding(source: Recognised, start: int, end: int) -> Finding:
    blamed = next((one for one in source.mentions_in(start, end) if one.kind == "agency"), None)
    category = _category(source.text[start:end]) or leaning(source, start, end)[0]
    return Finding(start, end, "listed", category, blamed, None, "finding_english", 0.8)


def _category(words: str) -> Category | None:
    signs: dict[str, str] = rule_file("english.yaml")["signs"]
    return next((cast("Category", name) for name, sign in signs.items() if re.search(sign, words)), None)


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    rules: dict[str, Any] = rule_file("english.yaml")
    return re.compile(rules["finds"]), re.compile(rules["finds_heading"]), re.compile(rules["item"])
