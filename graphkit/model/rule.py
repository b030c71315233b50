"""Rules, graphkit's own and those that analysts add to a case: what finds a kind of gap, and its header."""

from __future__ import annotations

import string
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from graphkit.model.case import THRESHOLDS
from graphkit.model.errors import InputError
from graphkit.model.gap import Category, Severity

About = Literal["step", "holder", "group", "delivery", "finding", "report"]
Language = Literal["sql", "cypher"]

OWN = "own:"
"""What the kind of an analyst's rule begins with."""

COMMENTS: dict[Language, str] = {"sql": "--", "cypher": "//"}
"""What a line of a rule's header begins with."""


class Words(BaseModel):
    """A text in both languages; neither may be empty or blank."""

    model_config = ConfigDict(extra="forbid")

    zh: str = Field(pattern=r"\S")
    en: str = Field(pattern=r"\S")

    def text(self, lang: str) -> str:
        """Return the text in `lang` (zh or en)."""
        return self.zh if lang == "zh" else self.en


class Rule(BaseModel):
    """One gap kind: what it finds, how grave it is, and the query that finds it.

    `about` says what a row of the query identifies: a step (column step), a holder or a group (policy, measure,
    subject), deliveries (one row each, aggregated by policy, measure and region), a finding or a report (subject).
    `caused_by` are the kinds whose gaps may explain its own (CONTRACT.md section 3).
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=rf"^({OWN}[\w-]+|[a-z_]+)$")
    revision: int = Field(ge=1)
    about: About
    category: Category
    severity: Severity
    title: Words
    finds: Words
    explanation: Words
    thresholds: list[str] = Field(default_factory=list)
    rows: bool = False
    counts: Literal["deliveries", "beneficiaries"] = "deliveries"
    after: Literal["all"] | None = None
    caused_by: list[str] = Field(default_factory=list)
    sql: str

    @field_validator("thresholds")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        return _known_thresholds(value)


class OwnRule(BaseModel):
    """An analyst's rule in a case's `rules` folder; its gaps are of the kind `own:` and its id.

    The header is that of a `Rule`, with `withdrawn: true` to take a rule back that was loaded before (facts are never
    deleted). `query` is SQL over `RULE_TABLES` or Cypher over the graph, and gives the columns of `columns_of(about)`.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[^\W\d_][\w-]{0,59}$")
    revision: int = Field(1, ge=1)
    about: About
    category: Literal["break", "blockage", "difficulty", "pain", "unknown"]
    severity: Severity
    title: Words
    finds: Words
    explanation: Words
    thresholds: list[str] = Field(default_factory=list)
    withdrawn: bool = False
    language: Language
    query: str = Field(min_length=1)

    @field_validator("thresholds")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        return _known_thresholds(value)

    @field_validator("explanation")
    @classmethod
    def _filled_with_known_values(cls, value: Words) -> Words:
        for text in (value.zh, value.en):
            for _, name, form, conversion in string.Formatter().parse(text):
                if name is not None and (name not in PLACEHOLDERS or form or conversion):
                    shown = ", ".join(f"{{{one}}}" for one in sorted(PLACEHOLDERS))
                    raise ValueError(f"{{{name}}} is nothing that it can be filled with; there are {shown}")
        return value

    @property
    def kind(self) -> str:
        """The kind of its gaps."""
        return f"{OWN}{self.id}"

    @property
    def file(self) -> str:
        """The file in the case folder that it was read from."""
        return f"rules/{self.id}.{self.language}"

    def as_rule(self, sql: str) -> Rule:
        """Return it as a `Rule` whose rows are found by graphkit's own `sql`, never by the analyst's query."""
        same = self.model_dump(exclude={"id", "withdrawn", "language", "query"})
        return Rule.model_validate({**same, "id": self.kind, "rows": self.about == "delivery", "sql": sql})


def _known_thresholds(names: list[str]) -> list[str]:
    unknown = sorted(set(names) - set(THRESHOLDS))
    if unknown:
        raise ValueError(f"unknown threshold {', '.join(unknown)}; known are {', '.join(sorted(THRESHOLDS))}")
    return names


PLACEHOLDERS = frozenset(
    {"policy", "stage", "scope", "subject", "due", "happened", "since", "days", "count", "detail", "amount",
     "responsible", "impact", *THRESHOLDS}
)  # fmt: skip
"""What the explanation of an analyst's rule may be filled with."""


def header_and_query(text: str, comment: str) -> tuple[dict[str, Any], str]:
    """Split a rule's file into its header and its query. Raises yaml.YAMLError, or TypeError when it is no map."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    length = next((index for index, line in enumerate(lines) if not line.startswith(comment)), len(lines))
    header = "\n".join(line.removeprefix(comment).removeprefix(" ") for line in lines[:length])
    if "*" in header and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(header)):
        raise yaml.YAMLError("aliases (*name) are not read here; write it out")
    read = yaml.safe_load(header) or {}
    if not isinstance(read, dict):
        raise TypeError("it must be lines of key: value")
    return read, "\n".join(lines[length:]).strip()


def parse_own_rule(text: str, name: str, language: Language) -> OwnRule:
    """Return the rule in a file's text. InputError says in one line what is wrong with its header."""
    try:
        header, query = header_and_query(text, COMMENTS[language])
        return OwnRule.model_validate({**header, "language": language, "query": query})
    except (yaml.YAMLError, TypeError, RecursionError) as error:
        why = f"the header ({COMMENTS[language]} lines of YAML) cannot be read: {_one_line(error)}"
    except ValidationError as error:
        wrong = [
            f"{'.'.join(map(str, one['loc'])) or 'the header'}: "
            + ("is missing" if one["type"] == "missing" else one["msg"].removeprefix("Value error, "))
            for one in error.errors(include_url=False)
        ]
        why = f"the header is wrong: {'; '.join(wrong)}"
    raise InputError(f"{name}: {why[:500]}")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
