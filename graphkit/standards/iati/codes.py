"""The code lists of the IATI standard, versions 1 and 2, as `codes.yaml` states them."""

from __future__ import annotations

from functools import cache, cached_property
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

Flow = Literal["in", "out", "commitment", "promise", "debt", "equity"]


class TransactionType(BaseModel):
    """A transaction type: its name, and which way money moves (`commitment` and `promise`: it does not)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    flow: Flow
    name: str


class Codes(BaseModel):
    """All code lists; keys are the codes as files write them, words in lower case."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transaction_types: dict[str, TransactionType]
    date_types: dict[str, str]
    organisation_roles: dict[str, str]
    statuses: dict[str, str]
    related_types: dict[str, str]
    organisation_types: dict[str, str]
    affirmative: list[str]
    negative: list[str]
    no_value: list[str]

    @cached_property
    def transaction_codes(self) -> dict[str, str]:
        """The code of each transaction type by its name, in lower case; of two, the one of version 2."""
        codes: dict[str, str] = {}
        for code, one in self.transaction_types.items():
            codes.setdefault(one.name.casefold(), code)
        return codes


@cache
def codes() -> Codes:
    """Return the code lists."""
    text = resources.files("graphkit.standards.iati").joinpath("codes.yaml").read_text(encoding="utf-8")
    return Codes.model_validate(yaml.safe_load(text))
