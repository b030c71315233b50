"""Templates and styles of the pages. Text of a case goes through autoescaping and `shown`; it never becomes HTML."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from importlib import resources
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from graphkit.reports import words as names
from graphkit.reports.rejected import rejected_note
from graphkit.reports.text import date_text, money_text, number_text, percent_text, shown

from .formats import column_money, short_money
from .words import say, words

NAME_LIMIT = 120
"""Characters of a name that a page shows; a longer one is cut and ends in …."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("graphkit_api.web"), PackageLoader("graphkit.reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["known_word"] = words().__contains__
    return environment


def render(template: str, lang: str, **data: Any) -> str:
    """Return a template's HTML in a language; every value that it is given is escaped."""
    tools = {
        "lang": lang,
        "t": partial(say, lang),
        "num": number_text,
        "percent": percent_text,
        "money": lambda amounts: money_text(amounts, lang),
        "short_money": lambda amounts: short_money(amounts, lang),
        "column_money": column_money,
        "day": lambda day: date_text(day, lang),
        "name": lambda text: shown(text, NAME_LIMIT),
        "text": lambda text: shown(text, 20_000),
        "as_lines": lambda text: "\n".join(shown(line) for line in str(text).splitlines()),
        "names": names,
        "rejected_note": lambda rows: rejected_note(rows, lang),
    }
    return _environment().get_template(template).render(**tools, **data)


@cache
def styles() -> str:
    """Return the pages' one style sheet: the tones of the reports, then the pages' own."""
    return _environment().get_template("pages.css").render()


@cache
def version() -> str:
    """Return what changes whenever a style or script of the pages does, for their addresses."""
    folder = resources.files("graphkit_api.web").joinpath("static")
    scripts = sorted(file.read_bytes() for file in folder.iterdir())
    return hashlib.sha256(styles().encode() + b"".join(scripts)).hexdigest()[:10]
