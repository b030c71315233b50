"""The analysts' Cypher library: one query a file under `cypher/`, with a header that is checked when it is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from graphkit.model.errors import InputError, UsageError
from graphkit.model.rule import Words

IDENTITY = ("case", "policy", "measure", "stage", "scope", "subject")
"""The columns that tell one gap of a kind from another; every query in `cypher/gaps` gives them first."""

FOLDERS = ("gaps", "explore")
"""Where the queries are: what finds gaps, and what looks around."""

ParameterType = Literal["text", "integer", "number", "date", "boolean"]


class Parameter(Words):
    """A parameter of a query: what it means, its type, and its default (null: no restriction).

    A required parameter has an `example`: a value that occurs in the bundled case.
    """

    type: ParameterType
    default: str | int | float | bool | date | None = None
    required: bool = False
    example: str | int | float | bool | date | None = None

    @model_validator(mode="after")
    def _shown(self) -> Self:
        if self.required != (self.example is not None):
            raise ValueError("a required parameter has an example, and no other")
        return self

    def value(self, text: str, name: str) -> Any:
        """Return the parameter's value from the text that a user gave; UsageError when it is of another type."""
        try:
            return _VALUES[self.type](text)
        except (ValueError, KeyError):
            raise UsageError(f"parameter {name}: '{text}' is not a value of type {self.type}", name) from None


_VALUES: Mapping[str, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "date": date.fromisoformat,
    "boolean": {"true": True, "false": False}.__getitem__,
}


class LibraryQuery(BaseModel):
    """One query of the library.

    `id` is permanent; `revision` grows when what the query answers changes. `finds` names the gap kind of
    CONTRACT.md section 3 that a query in `cypher/gaps` finds from the graph alone.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    revision: int = Field(ge=1)
    title: Words
    answers: Words
    finds: str | None = None
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    columns: dict[str, Words]
    folder: Literal["gaps", "explore"]
    cypher: str = Field(min_length=1)

    @model_validator(mode="after")
    def _identified(self) -> Self:
        if (self.folder == "gaps") != (self.finds is not None):
            raise ValueError("`finds` names the gap kind in cypher/gaps, and there only")
        if self.finds and tuple(self.columns)[: len(IDENTITY)] != IDENTITY:
            raise ValueError(f"a query that finds gaps gives first the columns {', '.join(IDENTITY)}")
        return self

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters with their values; text is read as the parameter's type.

        Raises UsageError for a parameter that the query does not have, one that is missing, or a value of another type.
        """
        unknown = sorted(set(given) - set(self.parameters))
        if unknown:
            known = ", ".join(self.parameters) or "none"
            raise UsageError(f"query {self.id} has no parameter {', '.join(unknown)}; it has {known}", unknown[0])
        values = {}
        for name, parameter in self.parameters.items():
            value = given.get(name, parameter.default)
            if value is None and parameter.required:
                raise UsageError(f"query {self.id} needs the parameter {name}: {parameter.en}", name)
            values[name] = parameter.value(value, name) if isinstance(value, str) else value
        return values


def parse_query(text: str, name: str, folder: str) -> LibraryQuery:
    """Return the query in a file's text: a YAML header in `//` lines, then Cypher. InputError says what is wrong."""
    lines = text.splitlines()
    length = next((index for index, line in enumerate(lines) if not line.startswith("//")), len(lines))
    header = "\n".join(line.removeprefix("// ").removeprefix("//") for line in lines[:length])
    body = "\n".join(lines[length:]).strip()
    try:
        query = LibraryQuery.model_validate({**(yaml.safe_load(header) or {}), "folder": folder, "cypher": body})
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise InputError(f"{name}: the query's header is wrong: {' '.join(str(error).split())[:300]}") from None
    if f"{query.id}.cypher" != name:
        raise InputError(f"{name}: its header says id: {query.id}; the file is called after the id")
    return query


@cache
def library() -> dict[str, LibraryQuery]:
    """Return every query of the library by its id; InputError for a wrong header or an id that occurs twice."""
    found: dict[str, LibraryQuery] = {}
    for folder in FOLDERS:
        for file in _files(folder):
            query = parse_query(file.read_text(encoding="utf-8"), file.name, folder)
            if query.id in found:
                raise InputError(f"{file.name}: the id {query.id} is taken by cypher/{found[query.id].folder}")
            found[query.id] = query
    return found


def named(name: str) -> LibraryQuery:
    """Return the query called `name`; UsageError when there is none."""
    try:
        return library()[name]
    except KeyError:
        raise UsageError(f"no query '{name}' in the library; its list shows them all") from None


def _files(folder: str) -> Iterator[Traversable]:
    files = resources.files("graphkit_cypher").joinpath(folder).iterdir()
    yield from sorted((file for file in files if file.name.endswith(".cypher")), key=lambda file: file.name)
