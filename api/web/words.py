"""The pages' own words, zh and en side by side in words.yaml."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

LANGS = ("zh", "en")


@cache
def words() -> dict[str, dict[str, str]]:
    """Return every phrase by its key: {"zh": …, "en": …}."""
    text = resources.files("graphkit_api.web").joinpath("words.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def say(lang: str, key: str, /, **values: Any) -> str:
    """Return a phrase in a language, with the values put in where it has {name}."""
    return words()[key][lang].format(**values)
