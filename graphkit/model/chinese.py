"""What graphkit says, in Chinese: what the code writes in English, translated by chinese.yaml where it is shown.

So what is kept (a commit's warnings, a rejected row's reason) is the same for every reader, and each reads it in their
own language.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from string import Formatter

import yaml


def said(text: str, lang: str) -> str:
    """Return a line that graphkit wrote in the reader's language (zh or en); as it is where there is no translation."""
    return (in_chinese(text) or text) if lang == "zh" else text


def in_chinese(text: str) -> str | None:
    """Return the Chinese of a line by the first template that it matches; None where it matches none."""
    for pattern, chinese in _templates():
        match = pattern.fullmatch(text)
        if match is None:
            continue
        fields = match.groupdict()
        if "why" in fields:
            why = in_chinese(fields["why"])
            if why is None:
                continue
            fields["why"] = why
        return chinese.format_map(fields)
    return None


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Return each English template as a pattern, with its Chinese, in the order of the file."""
    read = yaml.safe_load(Path(__file__).with_name("chinese.yaml").read_text(encoding="utf-8"))
    return [(_pattern(english), chinese) for english, chinese in read.items()]


def _pattern(template: str) -> re.Pattern[str]:
    parts = [
        re.escape(literal) + (f"(?P<{name}>.+?)" if name else "") for literal, name, _, _ in Formatter().parse(template)
    ]
    return re.compile("".join(parts), re.DOTALL)
